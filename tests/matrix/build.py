"""The market that the matrix looks at: two sides that share nothing, each with a pool in every phase, and one actor a role.

Side 1 belongs to the actors: town A coordinates, town B is a member, startup S wins, startup T loses. Side 2 belongs to
nobody among them. Texts that are not everybody's carry a mark (`SEC-…`), whose readers `marks` names.
"""

import io
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from PIL import Image
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from marketplace.accounts import registration
from marketplace.accounts.models import KeyScope, Organisation, Proof
from marketplace.actor import SYSTEM, OrganisationKind, Role
from marketplace.db import asyncpg_url
from marketplace.settings import needed
from marketplace.sign_in import sessions
from marketplace.web import csrf
from marketplace.webhooks import endpoints
from tests.catalog.suppliers.firms import offered
from tests.support import story
from tests.support.curating import publish
from tests.support.story import Story
from tests.support.world import SELLER_ROLES, TOWN_ROLES, Caller, World
from workers.relay import Relay
from workers.routes import Routes
from workers.routing import ROUTES

STAFF = OrganisationKind.SUPERVISOR
CAP_A, CAP_B, CAP_2 = 1234567, 7654321, 8888877
PRICE_S, PRICE_T = 16161, 18181
"""Price caps (cents) and unit prices that nobody could come upon by chance."""
REFERENCE = "01930000-0000-7000-8000-000000000001"
"""The reference of every published sheet: an id is a sheet's own."""


@dataclass
class Actor:
    """Somebody at the API (with a key) and at the pages (with a session)."""

    name: str
    caller: Caller
    cookie: str = ""
    csrf: str = ""

    def headers(self, *, api: bool) -> dict[str, str]:
        if api:
            return dict(self.caller.headers)
        return {"cookie": f"session={self.cookie}", "x-csrf-token": self.csrf} if self.cookie else {}


@dataclass
class Side:
    """One side of the market. `ids`: phase → what a path or a body may name."""

    number: int
    town: Caller
    member: Caller
    seller: Caller
    rival: Caller
    domain: str
    ids: dict[str, dict[str, str]] = field(default_factory=dict)

    def at(self, phase: str) -> dict[str, str]:
        """What is found at `phase`, or at the phase that stands for it here."""
        return self.ids.get(phase) or self.ids[ALIKE[phase]]

    @property
    def mark(self) -> str:
        return f"SEC-{self.number}"


async def _unlimited(*_: object, **__: object) -> None:
    """Rates that never refuse: how often is not who may."""


class _AnyAddress:
    """Where an organisation's webhooks go is not what is looked at."""

    async def check(self, url: str) -> None: ...


@dataclass
class Market:
    world: World
    actors: dict[str, Actor]
    mine: Side
    theirs: Side
    today: str = ""

    async def owner(self, *statements: str) -> None:
        """Run statements as the owner of the tables."""
        engine = create_async_engine(
            asyncpg_url(needed(self.world.settings.database.owner_url, "owner"))[0], poolclass=NullPool
        )
        async with engine.begin() as connection:
            for statement in statements:
                await connection.exec_driver_sql(statement)
        await engine.dispose()


async def market(world: World) -> Market:
    """Build it all. Nobody is written to: mails take half of the time, and are not what is looked at."""
    world.relay = Relay(world.tools, _without_mails(ROUTES))
    world.app.state.rates.hit = _unlimited
    sides = [
        await _side(world, 1, "18279", "18033", "eclairage-public"),
        await _side(world, 2, "18197", "18205", "mobilite"),
    ]
    actors = await _actors(world, *sides)
    for side, who in zip(sides, (actors["recused"].caller, sides[1].member), strict=True):
        await _accounts(world, side)
        await _supplier(world, side)
        firm = {
            "firm": _org(side.seller).name,
            "kind": "family",
            "detail": "Un proche.",
            "since": "2026-01-01",
        }
        await _team(world, side)
        await _webhook(world, side)
        first = side.number == 1
        side.ids["proposal"] = await _proposal(world, side)
        await _imports(
            world, side,
            startup=actors["s.editor"].caller if first else side.seller,
            curator=actors["curator"].caller if first else await world.staff(Role.CURATOR),
        )  # fmt: skip
        await _personal(world, side, actors["a.agent"].caller if side.number == 1 else side.town)
        await _devices(world, side, actors["a.agent"].caller if side.number == 1 else side.town)
        await _searches(side, actors["a.agent"].caller if side.number == 1 else side.town)
        side.ids["interest"] = {"interest_id": (await who.did("/me/interests", firm))["id"]}
    sealed: list[tuple[Side, str, Story, str]] = []
    for side in sides:  # what must be opened by the timer first: moving the clock would close every census
        for phase in OPENED if side.number == 1 else OPENED_TOO:
            told, consultation = await _sealed(world, side, phase, alone=phase in ORDERS)
            sealed.append((side, phase, told, consultation))
    await world.advance(22)
    for side, phase, told, consultation in sealed:
        await _decided(side, phase, told, consultation)
    await world.work()
    for side, phase, told, _ in sealed:
        if phase in (*ORDERS, "execution"):
            await _fulfilled(world, side, phase, told)
    for side in sides:
        await _early(world, side)
    for actor in actors.values():
        await actor.caller.get("/me")  # a key notes its first use
    made = Market(world, actors, *sides, today=str(await world.today()))
    await _complete(made)
    return made


def _without_mails(routes: Routes) -> Routes:
    return {
        event: tuple(r for r in found if not r.name.startswith(("mail_", "send_")))
        for event, found in routes.items()
    }


ORDERS = ("prepared", "issued", "delivered", "accepted", "invoiced", "mandated")
"""Pools of one, each with an order in this state."""
OPENED = ("analysis", "award", "execution", *ORDERS)
OPENED_TOO = ("analysis", "execution", "mandated")
ALIKE = {
    "invited": "census", "suspended": "commitment", "consolidation": "commitment", "missed_extend": "commitment",
    "missed_continue": "commitment", "missed_individual": "commitment", "voted": "commitment", "signed": "commitment",
    "frozen": "sealed", "exported": "sealed", "no_award": "sealed", "award": "analysis", "prepared": "mandated",
    "issued": "mandated", "delivered": "mandated", "accepted": "mandated", "invoiced": "mandated",
}  # fmt: skip
"""What stands on side 2 for a phase that only side 1 has: a stranger may not tell one phase from another."""


async def _side(world: World, number: int, town: str, member: str, domain: str) -> Side:
    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    sellers = []
    for name, price in ((f"Vendeur {number}", PRICE_S), (f"Rival {number}", PRICE_T)):
        seller = await world.startup(name)
        cited = {"id": REFERENCE, "town": "18033", "started_on": "2024-01-01", "scope": "Tout le centre."}
        sheet = _sheet(f"Offre {name}", domain, price) | {"references": [cited]}
        drafted = await seller.did("/my/solutions", sheet)
        await _attached(seller, drafted)
        await seller.did(f"/my/solutions/{drafted['id']}/submission")
        await publish(curator, drafted["id"])
        sellers.append(seller)
    await world.work()
    return Side(number, await world.town(town), await world.town(member), *sellers, domain=domain)


def _sheet(name: str, domain: str, price: int = 20000) -> dict[str, Any]:
    return {
        "name": name, "summary": f"{name}, en une phrase.", "description": "Un module, un tableau de bord.",
        "domains": [domain], "maturity": "established",
        "prices": [{"label": "Module", "unit": "light_point", "basis": "one_off", "vat_rate": "20.0",
                    "steps": [{"from": "0", "unit_price_cents": price + 5000}]}],
    }  # fmt: skip


async def _attached(seller: Caller, sheet: dict[str, Any]) -> str:
    """The id of a picture that a sheet's startup adds to it."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    answer = await seller.http.post(
        f"/api/v1/my/solutions/{sheet['id']}/attachments", data={"kind": "image", "title": "T", "alt": "A"},
        files={"file": ("a.png", out.getvalue(), "image/png")}, headers=seller.headers | {"If-Match": str(sheet["version"])},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    return str(answer.json()["file_id"])


async def _actors(world: World, mine: Side, theirs: Side) -> dict[str, Actor]:
    a, b = _org(mine.town), _org(mine.member)
    s, t = _org(mine.seller), _org(mine.rival)
    c = await world.town("18206")
    u = await world.startup("Ombre et Lueur")
    bdt, villes = (
        await world.staff(Role.ADMIN),
        await world.staff(Role.ADMIN, kind=OrganisationKind.ASSOCIATION),
    )
    callers = {"anonymous": world.visitor}
    for name, organisation, roles in (
        ("a.reader", a, {Role.READER}), ("a.agent", a, {Role.AGENT}), ("a.accountant", a, {Role.ACCOUNTANT}),
        ("a.signatory", a, {Role.SIGNATORY}), ("a.admin", a, {Role.ADMIN}), ("b.agent", b, {Role.AGENT}),
        ("c.all", _org(c), TOWN_ROLES),
        ("s.seller", s, {Role.SELLER}), ("s.editor", s, {Role.EDITOR}), ("s.admin", s, {Role.ADMIN}),
        ("t.all", t, SELLER_ROLES), ("u.all", _org(u), SELLER_ROLES),
        ("curator", _org(villes), {Role.CURATOR}), ("supervisor", _org(bdt), {Role.SUPERVISOR}),
        ("auditor", _org(bdt), {Role.AUDITOR}), ("recused", _org(bdt), {Role.SUPERVISOR}), ("staff.admin", _org(bdt), {Role.ADMIN}),
    ):  # fmt: skip
        callers[name] = await world.member(organisation, frozenset(roles))
    callers["a.key"] = await world.member(a, TOWN_ROLES, scope=KeyScope.READ)
    callers["two.c"] = await _of_two(world, a, _org(c))
    actors = {name: Actor(name, caller) for name, caller in callers.items()}
    for name, actor in actors.items():
        if actor.caller.actor.person_id is not None and name != "a.key":
            await _signed_in(world, actor)
    return actors


async def _of_two(world: World, other: Organisation, acting: Organisation) -> Caller:
    """A person of two organisations, both with every role, who acts for the second."""
    caller = await world.member(acting, TOWN_ROLES)
    person = await world.sql("select email from person where id = :id", id=caller.actor.person_id)
    async with world.as_worker.transaction(SYSTEM) as session:
        await registration.register_person(
            session, email=person, name="Deux", password=None, organisation_id=other.id, roles=TOWN_ROLES
        )
    return caller


async def _signed_in(world: World, actor: Actor) -> None:
    who = actor.caller.actor
    assert who.person_id is not None
    async with world.as_worker.transaction(SYSTEM) as session:
        actor.cookie = await sessions.open_session(
            session, who.person_id, organisation_id=who.organisation_id, proof=Proof.PASSKEY
        )
    actor.csrf = csrf.token(world.app.state.secret, actor.cookie)


async def _accounts(world: World, side: Side) -> None:
    """Things of an organisation: a need, an API key, a draft sheet, a sheet under review."""
    need = await _need(side, "account")
    key = await side.town.did("/api-keys", {"name": f"{side.mark}-KEY", "scope": "read"})
    reference = {"id": str(uuid4()), "town": "18033", "started_on": "2024-01-01", "scope": "Le centre"}
    draft = await side.seller.did(
        "/my/solutions", _sheet(f"{side.mark}-DRAFT", side.domain) | {"references": [reference]}
    )
    file_id = await _attached(side.seller, draft)
    review = await side.seller.did("/my/solutions", _sheet(f"{side.mark}-REVIEW", side.domain))
    await side.seller.did(f"/my/solutions/{review['id']}/submission")
    asked = {"path": "summary", "text": f"{side.mark}-COMMENT"}
    remark = await side.seller.did(f"/reviews/{review['id']}/comments", asked)
    published = await side.seller.read("/my/solutions")
    slug = next(sheet for sheet in published if sheet["state"] == "published")
    suspended = await side.seller.did("/my/solutions", _sheet(f"{side.mark}-SUSPENDED", side.domain))
    await world.sql(
        "update solution set state = 'suspended' where id = cast(:id as uuid)", id=suspended["id"]
    )
    search = {"title": f"{side.mark}-SOURCING", "search": {"q": "Module"}, "need_id": need}
    record = await side.town.did("/sourcing-records", search)
    side.ids["sourcing"] = {
        "record_id": record["id"], "log_id": json.loads(record["content"])["log_id"], "need_id": need,
    }  # fmt: skip
    common = {"need_id": need, "key_id": key["id"], "organisation_id": str(side.town.actor.organisation_id)}
    side.ids["account"] = common
    side.ids["draft_sheet"] = {
        "solution_id": draft["id"], "slug": draft["slug"], "reference_id": reference["id"], "file_id": file_id,
    }  # fmt: skip
    side.ids["review_sheet"] = {
        "solution_id": review["id"],
        "slug": review["slug"],
        "remark_id": remark["id"],
    }
    shown = (await side.seller.read(f"/solutions/{slug['slug']}"))["attachments"][0]["file_id"]
    side.ids["sheet"] = {"solution_id": slug["id"], "slug": slug["slug"], "file_id": shown}
    side.ids["proofs"] = await _proofs(world, side, str(slug["id"]), slug["slug"])
    side.ids["suspended_sheet"] = {"solution_id": suspended["id"], "slug": suspended["slug"]}


async def _supplier(world: World, side: Side) -> None:
    """A profile with its contact and its bank, a stake, and a document that waits for a curator."""
    seller = side.seller
    contact = {
        "kind": "sales",
        "name": f"{side.mark}-CONTACT",
        "email": f"contact.{side.number}@exemple.test",
    }
    bank = {"holder": f"{side.mark}-BANK", "iban": "FR1420041010050500013M02606"}
    await seller.did("/my/supplier/contacts", {"contacts": [contact]}, method="put", If_Match="0")
    await seller.did("/my/supplier/bank", bank, method="put", If_Match="1")
    share = {"holder": f"{side.mark}-FOUNDER", "kind": "founders", "percent": "10", "since": "2020-01-01"}
    stake = await seller.did("/my/supplier/stakes", share)
    today = str(await world.today())
    document = await offered(
        seller,
        {"kind": "vigilance", "number": f"{side.mark}-CERTIFICATE", "issuer": "URSSAF", "issued_on": today},
    )
    side.ids["supplier"] = {
        "supplier_id": str(seller.actor.organisation_id), "stake_id": stake["id"], "certificate_id": document["id"],
    }  # fmt: skip


async def _imports(world: World, side: Side, *, startup: Caller, curator: Caller) -> None:
    """A file of sheets that each has tried, and may save."""
    for phase, who, kind in (("import", startup, "startup"), ("curator_import", curator, "curator")):
        found = await world.sql(
            "insert into sheet_import (id, organisation_id, person_id, side, file_name, outcomes, content, report)"
            " values (gen_random_uuid(), :organisation, :person, :side, :name, '[]', :content, :content) returning id",
            organisation=who.actor.organisation_id, person=who.actor.person_id, side=kind, name="fiches.csv",
            content=b"name,summary,maturity\nImportee,Une phrase.,growth\n",
        )  # fmt: skip
        side.ids[phase] = {"import_id": str(found)}


async def _proofs(world: World, side: Side, sheet: str, slug: str) -> dict[str, str]:
    """Evidence of the published sheet: a document that waits for a curator, and a question put to a town."""
    ids = {"solution_id": sheet, "slug": slug, "reference_id": REFERENCE} | {
        name: str(uuid4()) for name in ("evidence_id", "request_id", "contract_id", "file_id")
    }
    await world.sql(
        "insert into stored_file (id, organisation_id, name, media_type, size, sha256) values (cast(:id as uuid), cast(:whose as uuid), :name, 'application/pdf', 1, 'x')",
        id=ids["file_id"], whose=str(side.seller.actor.organisation_id), name=f"{side.mark}-PROOF.pdf",
    )  # fmt: skip
    await world.sql(
        "insert into evidence (id, solution_id, path, kind, digest, source, dated_on, file_id, state, state_since)"
        f" select cast(:id as uuid), solution_id, 'references.{REFERENCE}', 'document', digest, :source, '2026-01-01', cast(:file as uuid), 'offered', now()"
        " from solution_reference where solution_id = cast(:sheet as uuid)",
        id=ids["evidence_id"], sheet=sheet, source=f"{side.mark}-PROOF", file=ids["file_id"],
    )  # fmt: skip
    await world.sql(
        "insert into evidence_request (id, solution_id, startup_id, reference_id, digest, recipient, token_id, asked_at, expires_at, state, state_since)"
        " values (cast(:id as uuid), cast(:sheet as uuid), cast(:whose as uuid), cast(:reference as uuid), 'd', :to, gen_random_uuid(), now(),"
        " now() + interval '30 days', 'sent', now())",
        id=ids["request_id"], sheet=sheet, whose=str(side.seller.actor.organisation_id), reference=ids["reference_id"],
        to=f"{side.mark.lower()}@exemple.test",
    )  # fmt: skip
    return ids


async def _team(world: World, side: Side) -> None:
    """A colleague, somebody invited, and somebody who says that they act for the town."""
    colleague = await world.member(_org(side.town), frozenset({Role.READER}))
    asked = {"email": f"invite.{side.number}@exemple.test", "roles": ["reader"]}
    invitation = await side.town.did("/organisation/invitations", asked)
    claimant = await world.startup(f"Demandeur {side.number}")
    claim = await world.sql(
        "insert into claim (id, email, person_name, person_id, kind, siret, siren, name, town_kind, organisation_id, roles, state,"
        " state_since) select gen_random_uuid(), p.email, p.name, p.id, 'town', o.siren || '00001', o.siren, o.name, o.town_kind,"
        " o.id, '{agent}', 'waiting', now() from person p, organisation o where p.id = :person and o.id = :town returning id",
        person=claimant.actor.person_id, town=side.town.actor.organisation_id,
    )  # fmt: skip
    side.ids["team"] = {
        "person_id": str(colleague.actor.person_id), "invitation_id": invitation["id"], "claim_id": str(claim),
    }  # fmt: skip


async def _webhook(world: World, side: Side) -> None:
    """An endpoint of the town, and a delivery to it."""
    guard: Any = _AnyAddress()
    async with world.as_worker.transaction(SYSTEM) as session:
        endpoint, _ = await endpoints.add(
            session, guard, world.app.state.secret, name=f"{side.mark}-WEBHOOK", url="https://exemple.test/recevoir",
            events=["order.prepared"], by=side.town.actor,
        )  # fmt: skip
        sent = await endpoints.test(session, endpoint.id, by=side.town.actor, now=await world.now())
    side.ids["webhook"] = {"endpoint_id": str(endpoint.id), "delivery_id": str(sent.id)}


async def _personal(world: World, side: Side, whose: Caller) -> None:
    """A copy of somebody's data, ready; and somebody whose erasure is asked for."""
    add = (
        "insert into personal_request (id, kind, person_id, asked_by, state, content)"
        " values (gen_random_uuid(), :kind, :who, :who, :state, :content) returning id"
    )
    copy = await world.sql(
        add, kind="export", who=whose.actor.person_id, state="done", content=f"{side.mark}-COPY".encode()
    )
    erasure = await world.sql(
        add, kind="erasure", who=side.member.actor.person_id, state="asked", content=None
    )
    side.ids["copy"], side.ids["erasure"] = {"request_id": str(copy)}, {"request_id": str(erasure)}


async def _searches(side: Side, who: Caller) -> None:
    """A search that somebody keeps, and one that they deleted."""
    for phase, text in (("saved_search", "lampes"), ("deleted_search", "feux")):
        asked = {"name": f"{side.mark}-SEARCH", "search": {"q": f"{text} {side.mark}"}}
        side.ids[phase] = {"search_id": (await who.did("/saved-searches", asked))["id"]}
    await who.delete(f"/saved-searches/{side.ids['deleted_search']['search_id']}")


async def _devices(world: World, side: Side, whose: Caller) -> None:
    """A second session and a passkey of one person. Every session was proved just now, for as long as the matrix takes."""
    person = whose.actor.person_id
    assert person is not None
    async with world.as_worker.transaction(SYSTEM) as session:
        await sessions.open_session(
            session, person, organisation_id=whose.actor.organisation_id, proof=Proof.PASSKEY
        )
    await world.sql("update web_session set proved_at = now() + interval '1 day'")
    opened = await world.sql(
        "select id from web_session where person_id = :who order by id desc limit 1", who=person
    )
    key = await world.sql(
        "insert into passkey (id, person_id, credential_id, public_key, sign_count, name)"
        " values (gen_random_uuid(), :who, cast(:id as bytea), '', 0, :name) returning id",
        who=person, id=str(person).encode(), name=f"{side.mark}-PASSKEY",
    )  # fmt: skip
    side.ids["device"] = {"session_id": str(opened), "passkey_id": str(key)}


async def _proposal(world: World, side: Side) -> dict[str, str]:
    """A proposal that the side's two towns have accepted, and a third has not."""
    needs = [side.ids["account"]["need_id"]]
    other = {"text": "X", "domain": side.domain, "unit": "light_point"}
    needs.append((await side.member.did("/needs", other))["id"])
    proposal, today = str(uuid4()), await world.now()
    await world.sql(
        "insert into pool_proposal (id, domain, unit, towns, low, high, made_at, expires_at)"
        " values (cast(:id as uuid), :domain, 'light_point', 3, 100, 200, :now, :until)",
        id=proposal, domain=side.domain, now=today, until=today + timedelta(days=400),
    )  # fmt: skip
    for need in needs:
        await world.sql(
            "insert into proposal_side (id, proposal_id, town_id, need_id, state, state_since)"
            " select gen_random_uuid(), cast(:proposal as uuid), town_id, id, 'accepted', :now from need where id = cast(:need as uuid)",
            proposal=proposal, need=need, now=today,
        )  # fmt: skip
    return {"proposal_id": proposal}


async def _need(side: Side, phase: str) -> str:
    asked = {"text": f"{side.mark}-NEED {phase}", "domain": side.domain, "unit": "light_point"}
    return str((await side.town.did("/needs", asked))["id"])


async def _draft(world: World, side: Side, phase: str, *, alone: bool, **line: Any) -> Story:
    today = await world.today()
    need = await _need(side, phase)
    missed = {"missed_policy": line.pop("missed_policy")} if "missed_policy" in line else {}
    body = {
        "need_id": need, "title": f"{side.mark}-TITLE {phase}", "statement": "Un besoin commun.", "nature": "supplies", "alone": alone,
        "census_ends_on": str(today + timedelta(days=20)), "commitment_ends_on": str(today + timedelta(days=80)),
        "lines": [{"label": "Point", "unit": "light_point", "estimate_unit_cents": 20000} | line], **missed,
    }  # fmt: skip
    pool = await side.town.did("/pools", body)
    told = Story(world, [side.town] if alone else [side.town, side.member], [side.seller, side.rival], pool)
    await told.fresh()
    side.ids[phase] = {"pool_id": pool["id"], "need_id": need, "line": told.line}
    return told


async def _census(world: World, side: Side, phase: str, *, alone: bool = False, **line: Any) -> Story:
    told = await _draft(world, side, phase, alone=alone, **line)
    if not alone:
        await side.town.did(f"{told.path}/interest-call")
        await side.town.did(f"{told.path}/invitations", {"towns": [_org(side.member).insee]})
        await side.member.did(f"{told.path}/membership")
    await side.town.did(f"{told.path}/census")
    for town, firm, cap in zip(told.towns, ("80", "40"), (CAP_A if side.number == 1 else CAP_2, CAP_B if side.number == 1 else CAP_2), strict=False):  # fmt: skip
        need = {"line_id": told.line, "firm": firm, "price_cap_cents": cap}
        await town.did(f"{told.path}/membership/needs", {"needs": [need]}, method="put")
    return told


async def _consolidation(world: World, side: Side, phase: str, **more: Any) -> Story:
    told = await _census(world, side, phase, **more)
    await side.town.did(f"{told.path}/census/closure")
    return told


async def _commitment(world: World, side: Side, phase: str, **more: Any) -> Story:
    told = await _consolidation(world, side, phase, **more)
    for town in told.towns:
        await town.did(f"{told.path}/membership/confirmation")
    await side.town.did(f"{told.path}/commitment")
    await world.work()
    return told


async def _frozen(world: World, side: Side, phase: str, *, alone: bool = False, **line: Any) -> Story:
    told = await _commitment(world, side, phase, alone=alone, **line)
    if not alone:
        await story.sign_all(told)
    await side.town.did(f"{told.path}/freeze")
    return told


async def _sealed(world: World, side: Side, phase: str, *, alone: bool = False) -> tuple[Story, str]:
    """A consultation with two sealed offers."""
    told = await _frozen(world, side, phase, alone=alone)
    due = str(await world.today() + timedelta(days=21))
    consultation = await side.town.did(f"{told.path}/consultation", {"quotes_due_on": due})
    await world.work()
    for seller, price, who in ((side.seller, PRICE_S, "S"), (side.rival, PRICE_T, "T")):
        words = f"{side.mark}-{'SEALED' if phase == 'sealed' else 'OFFER'}-{who}"
        await seller.did(
            f"/consultations/{consultation['id']}/quotes", story.offer(told.line, [(0, price)], quality=words)
        )
    side.ids[phase]["consultation_id"] = consultation["id"]
    return told, str(consultation["id"])


async def _decided(side: Side, phase: str, told: Story, consultation: str) -> None:
    """Scored; and, unless the phase is `analysis`, proposed; and, unless it is `award`, notified."""
    compared = await side.town.read(f"{told.path}/comparison")
    offers = [offer["quote_id"] for offer in compared["offers"]]
    side.ids[phase] |= {"quote": offers[0], "other_quote": offers[1]}
    scores = {quote: {"quality": "20", "environment": "10"} for quote in offers}
    await side.town.did(f"{told.path}/evaluation", {"scores": scores}, method="put", If_Match="0")
    if phase != "analysis":
        await side.town.did(f"{told.path}/award", {"reasons": f"{side.mark}-REASONS"})
    if phase not in {"analysis", "award"}:
        await side.town.did(f"{told.path}/award/notification")


async def _fulfilled(world: World, side: Side, phase: str, told: Story) -> None:
    """The town's order, led to the state that the phase is named after."""
    order = next(
        o
        for o in await side.town.read(f"{told.path}/orders")
        if o["town_id"] == str(side.town.actor.organisation_id)
    )
    path = f"/orders/{order['id']}"
    side.ids[phase]["order_id"] = order["id"]
    side.ids[phase] |= {name: str(order[name]) for name in ("ht_cents", "vat_cents", "ttc_cents")}
    reached = ORDERS.index(phase) if phase in ORDERS else 0
    if reached >= 1:
        await side.town.did(f"{path}/issue", {"engagement": f"{side.mark}-ENGAGEMENT"})
    if reached >= 2:
        await side.seller.did(f"{path}/delivery")
    if reached >= 3:
        await side.town.did(f"{path}/acceptance")
    await world.work()
    if reached >= 4:
        amounts = {name: str(order[name]) for name in ("ht_cents", "vat_cents", "ttc_cents")}
        given = await side.seller.http.post(
            f"/api/v1{path}/invoice", headers=side.seller.headers,
            data=amounts | {"number": f"{side.mark}-INVOICE-{phase}", "issued_on": str(await world.today())},
            files={"file": ("f.pdf", b"%PDF-1.7 facture\n%%EOF", "application/pdf")},
        )  # fmt: skip
        assert given.status_code == 201, given.text
        side.ids[phase] |= {"invoice_id": given.json()["id"], "file_id": given.json()["file_id"]}
    if reached >= 5:
        payment = {
            "number": f"{side.mark}-MANDAT",
            "paid_on": str(await world.today()),
            "cents": order["ttc_cents"],
        }
        await side.town.did(f"/invoices/{side.ids[phase]['invoice_id']}/payment", payment)


async def _early(world: World, side: Side) -> None:
    """The phases that time would move: built last."""
    await _draft(world, side, "draft", alone=False)
    await _census(world, side, "census")
    await _commitment(world, side, "commitment")
    appointed = await _draft(world, side, "appointed", alone=False)
    duty = {"person_id": str(side.town.actor.person_id), "duty": "coordinator"}
    made = await side.town.did(f"{appointed.path}/appointments", duty)
    side.ids["appointed"] |= {"appointment_id": made["id"], "person_id": duty["person_id"]}
    await _sealed(world, side, "sealed")
    if side.number == 2:
        return
    joined = await _census(world, side, "suspended")
    await side.town.did(f"{joined.path}/suspension", {"reason": "Le temps d’y réfléchir."})
    invited = await _draft(world, side, "invited", alone=False)
    await side.town.did(f"{invited.path}/interest-call")
    await side.town.did(f"{invited.path}/invitations", {"towns": [_org(side.member).insee]})
    await _consolidation(world, side, "consolidation")
    for policy in ("extend", "continue", "individual"):
        await _consolidation(world, side, f"missed_{policy}", minimum="9000", missed_policy=policy)
    voted = await _commitment(world, side, "voted")
    today = str(await world.today())
    for town in voted.towns:
        vote = {"number": "2026-1", "voted_on": today, "transmitted_on": today}
        await town.did(f"{voted.path}/membership/deliberation", vote)
    signed = await _commitment(world, side, "signed")
    await story.sign_all(signed)
    await _frozen(world, side, "frozen")
    exported = await _frozen(world, side, "exported", estimate_unit_cents=9_000_000)
    due = str(await world.today() + timedelta(days=21))
    await side.town.did(f"{exported.path}/consultation", {"quotes_due_on": due})
    none, _ = await _sealed(world, side, "no_award")
    await side.town.did(f"{none.path}/no-award", {"reason": "Le besoin a changé."})
    await world.work()


async def _complete(made: Market) -> None:
    """What was written by the worker, or is found by looking: memberships, agreements and their files."""
    for side in (made.mine, made.theirs):
        for ids in side.ids.values():
            if "pool_id" not in ids:
                continue
            member = side.member.actor.organisation_id
            found = await made.world.sql(
                "select id from membership where pool_id = cast(:pool as uuid) and town_id = :town",
                pool=ids["pool_id"],
                town=member,
            )
            if found:
                ids["membership_id"] = str(found)
            agreement = await made.world.sql(
                "select json_build_array(file_id, sha256) from agreement where pool_id = cast(:pool as uuid) and state = 'ready'",
                pool=ids["pool_id"],
            )
            if agreement:
                ids.setdefault("file_id", str(agreement[0]))
                ids |= {"agreement_file": str(agreement[0]), "sha256": agreement[1]}


def _org(caller: Caller) -> Organisation:
    assert caller.organisation is not None
    return caller.organisation
