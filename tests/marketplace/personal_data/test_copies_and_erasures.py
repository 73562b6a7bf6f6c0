"""One's own copy and erasure, another's by the supervising body in two steps, and what stays behind."""

import io
import json
import re
import subprocess
import zipfile
from datetime import timedelta
from uuid import uuid4

import httpx

from marketplace.accounts import registration, tokens
from marketplace.accounts.models import Organisation
from marketplace.actor import SYSTEM, OrganisationKind, Role
from marketplace.audit import sealing, verifying
from marketplace.embedded.postgres import binaries
from marketplace.notifications.writing import tell, tell_person
from tests.pages.reader import PASSWORD, Page
from tests.support import story
from tests.support.world import Caller, World

NAME, EMAIL = "Hermeline Quatrefages", "hermeline.quatrefages@vierzon.example"
MINE, STAFF = "/compte/donnees", "/administration/effacements"


class Visitor:
    """A browser without JavaScript."""

    def __init__(self, world: World) -> None:
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=world.app), base_url="http://localhost:8000"
        )

    async def sign_in(self, email: str) -> httpx.Response:
        return await self.send("/connexion", {"email": email, "password": PASSWORD}, at="/connexion")

    async def send(self, to: str, values: dict[str, str], *, at: str) -> httpx.Response:
        shown = await self.http.get(at)
        hidden = dict(re.findall(r'name="(_csrf|_once)" value="([^"]*)"', shown.text))
        return await self.http.post(to, data=hidden | values)

    async def page(self, path: str) -> Page:
        answer = await self.http.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        shown = Page.of(path, answer)
        assert shown.faults() == []
        return shown


async def person(
    world: World, organisation: Organisation, roles: set[Role], email: str = EMAIL, name: str = NAME
) -> Visitor:
    async with world.as_worker.transaction(SYSTEM) as session:
        await registration.register_person(
            session, email=email, name=name, password=PASSWORD, organisation_id=organisation.id, roles=roles
        )
    found = Visitor(world)
    assert (await found.sign_in(email)).status_code == 303
    if organisation.kind is OrganisationKind.SUPERVISOR:  # whose people need a passkey
        await world.sql("update web_session set proof = 'passkey'")
    return found


def of(caller: Caller) -> Organisation:
    assert caller.organisation is not None
    return caller.organisation


def dump(url: str) -> str:
    """Every table, as pg_dump writes it."""
    made = subprocess.run(
        [str(binaries() / "pg_dump"), "--data-only", "--inserts", url], capture_output=True, text=True, check=False, timeout=60
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return made.stdout


async def acted(world: World, visitor: Visitor) -> Caller:
    """The person signs an agreement, is written to, and has a key, a session, a token and a remembered answer."""
    told = await story.in_commitment(world, [("120", "0"), ("80", "0")], sellers=3)
    person_id = await world.sql("select id from person where email = :email", email=EMAIL)
    made = (await visitor.http.get("/organisation/cles")).text
    csrf = re.findall(r'name="_csrf" value="([^"]*)"', made)[0]
    key = await visitor.http.post(
        "/organisation/cles", data={"_csrf": csrf, "name": "tableur", "scope": "write"}
    )
    secret = re.findall(r"<code>(lc_[^<]{20,})</code>", key.text)[0]
    caller = Caller(world.http, told.coordinator.actor, told.coordinator.organisation, secret)
    await caller.did(
        "/needs",
        {"text": "Éclairage", "domain": story.DOMAIN, "unit": story.UNIT},
        Idempotency_Key="une-fois",
    )
    today = await world.today()
    vote = {
        "number": "2026-1",
        "voted_on": str(today - timedelta(days=3)),
        "transmitted_on": str(today - timedelta(days=2)),
    }
    await caller.did(f"{told.path}/membership/deliberation", vote)
    agreement = await caller.read(f"{told.path}/agreement")
    signature = {
        "sha256": agreement["sha256"],
        "signatory_name": NAME,
        "signatory_title": "Maire",
        "signed_on": str(today),
    }
    await caller.did(f"{told.path}/membership/signature", signature)
    async with world.as_worker.transaction(SYSTEM) as session:
        await tell(
            session,
            of(told.coordinator).id,
            key="nouvelle:1",
            subject=f"Pour {NAME}",
            body=f"Bonjour {NAME}.",
        )
        await tokens.issue(session, tokens.Purpose.PASSWORD_RESET, bound_to=EMAIL, person_id=person_id)
    await world.work()
    async with world.as_worker.transaction(SYSTEM) as session:
        await tell_person(session, EMAIL, key=f"en-attente:{EMAIL}", subject="S", body="B")
    return caller


async def test_a_copy_holds_everything_about_its_person_for_them_alone(world: World) -> None:
    town = await world.town("18279")
    visitor = await person(world, of(town), {Role.AGENT, Role.SIGNATORY})
    await acted(world, visitor)
    assert "Préparer une copie" in (await visitor.page(MINE)).text
    assert (await visitor.send(f"{MINE}/copies", {}, at=MINE)).status_code == 303
    assert (await visitor.send(f"{MINE}/copies", {}, at=MINE)).status_code == 303
    assert "En préparation" in (await visitor.page(MINE)).text
    await world.work()
    assert await world.sql("select count(*) from personal_request") == 1, "asked twice, made once"
    (path,) = [link for link in (await visitor.page(MINE)).links() if "/copies/" in link]
    got = await visitor.http.get(path)
    assert (got.status_code, got.headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        document = json.loads(archive.read("donnees.json"))
        page = archive.read("lisez-moi.html").decode()
        assert {"tableaux/person.csv", "tableaux/mail.csv"} <= set(archive.namelist())
    assert (document["person"][0]["name"], document["person"][0]["email"]) == (NAME, EMAIL)
    assert document["affiliation"][0]["organisation"] == "Vierzon"
    assert document["signature"][0]["signatory_name"] == NAME
    assert {line["action"] for line in document["audit_line"]} >= {
        "person.sign_in",
        "need.state",
        "agreement.sign",
    }
    filled = {table for table, rows in document.items() if rows}
    assert filled >= {
        "web_session",
        "api_key",
        "one_time_token",
        "idempotency_record",
        "mail",
        "need",
        "deliberation",
    }
    assert NAME in page
    for secret in ("secret_hash", "token_hash", "password_hash", "ciphertext"):
        assert secret not in json.dumps(document)
    stranger = await person(world, of(town), {Role.ADMIN}, "autre@vierzon.example", "Autre")
    auditor = await world.staff(Role.ADMIN, Role.AUDITOR)
    assert (await stranger.http.get(path)).status_code == 404
    assert (await world.http.get(path, headers=auditor.headers)).status_code == 404
    assert (await auditor.get(path.replace(f"{MINE}/copies", "/me/data-copies"))).status_code == 404
    assert (await world.visitor.get("/me/data-copies")).status_code == 401


async def test_the_api_gives_the_same_copy(world: World) -> None:
    town = await world.town()
    asked = (await town.post("/me/data-copies")).json()
    assert (asked["state"], asked["ready"]) == ("confirmed", False)
    early = await town.get(f"/me/data-copies/{asked['id']}")
    assert (early.status_code, early.json()["code"]) == (409, "copy_not_ready")
    await world.work()
    assert (await town.read("/me/data-copies"))[0]["ready"] is True
    got = await town.get(f"/me/data-copies/{asked['id']}")
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        assert json.loads(archive.read("donnees.json"))["person"][0]["name"] == town.actor.name


async def test_after_an_erasure_nothing_names_the_person_and_the_journal_is_still_sound(
    world: World, database_urls: dict[str, str]
) -> None:
    town = await world.town("18279")
    visitor = await person(world, of(town), {Role.AGENT, Role.SIGNATORY})
    key = await acted(world, visitor)
    await visitor.send(f"{MINE}/copies", {}, at=MINE)
    await world.work()
    await sealing.seal(world.as_worker)
    person_id = await world.sql("select id from person where email = :email", email=EMAIL)
    files = [path for path in world.settings.mail_dir.glob("*.eml") if EMAIL in path.read_text()]
    before = dump(database_urls["postgres"]).lower()
    assert files
    assert before.count(EMAIL) > 5
    assert before.count(NAME.lower()) > 3

    shown = await visitor.page(f"{MINE}/effacement")
    assert "Gardée" in shown.text
    unsure = await visitor.send(f"{MINE}/effacement", {}, at=f"{MINE}/effacement")
    assert (unsure.status_code, "Cochez la case" in unsure.text) == (422, True)
    assert (
        await visitor.send(f"{MINE}/effacement", {"sure": "on"}, at=f"{MINE}/effacement")
    ).status_code == 303
    assert (await visitor.http.get(MINE)).status_code == 303, "signed out at once"
    await world.work()

    after = dump(database_urls["postgres"]).lower()
    for said in (EMAIL, NAME.lower(), "hermeline", "quatrefages"):
        assert said not in after, re.findall(rf".*{said}.*", after)[:3]
    assert [path for path in files if path.exists()] == []
    assert (await key.get("/me")).status_code == 401
    assert (await visitor.sign_in(EMAIL)).status_code == 422
    left = await world.sql(
        "select json_build_array(p.name, p.email, p.password_hash, s.signatory_name, s.by_person_id, p.erased_at is not null)"
        " from person p join signature s on s.by_person_id = p.id where p.id = :id",
        id=person_id,
    )
    alias = f"Personne effacée {person_id.hex[-6:]}"
    assert left == [alias, f"{person_id}@efface.invalid", None, alias, str(person_id), True]
    counts = "select json_build_array((select count(*) from web_session where person_id = :id), (select count(*) from api_key where person_id = :id), (select count(*) from affiliation where person_id = :id), (select count(*) from audit_line where person_id = :id) > 5)"
    assert await world.sql(counts, id=person_id) == [0, 0, 0, True]
    await sealing.seal(world.as_worker)
    async with world.as_worker.reading(SYSTEM) as reads:
        assert (await verifying.verify(reads)).fault is None
    again = await person(world, of(town), {Role.READER})
    assert (await again.http.get(MINE)).status_code == 200, "the same address may come back, as somebody new"


async def test_the_last_administrator_hands_over_first_and_an_old_session_is_not_enough(world: World) -> None:
    async with world.as_worker.transaction(SYSTEM) as session:
        town = await registration.register_town(session, "18279")
    visitor = await person(world, town, {Role.ADMIN})
    page = await visitor.page(f"{MINE}/effacement")
    assert "Vierzon" in page.text
    refused = await visitor.send(f"{MINE}/effacement", {"sure": "on"}, at=MINE)
    assert (refused.status_code, "Personne d’autre n’administre" in refused.text) == (422, True)
    heir = await person(world, town, {Role.ADMIN}, "suite@vierzon.example", "La Suite")
    await world.sql("update web_session set proved_at = now() - interval '1 day'")
    for answer in (
        await visitor.http.get(f"{MINE}/effacement"),
        await visitor.send(f"{MINE}/effacement", {"sure": "on"}, at=MINE),
    ):
        assert answer.headers["location"].startswith("/compte/confirmer")
    assert await world.sql("select count(*) from personal_request") == 0
    await world.sql("update web_session set proved_at = now()")
    # both leave together: the second is refused by the worker, and nothing of theirs is erased
    for leaver in (visitor, heir):
        assert (await leaver.send(f"{MINE}/effacement", {"sure": "on"}, at=MINE)).status_code == 303
    await world.work()
    states = "select json_agg(state order by id) from personal_request"
    assert await world.sql(states) == ["done", "refused"]
    assert (await heir.sign_in("suite@vierzon.example")).status_code == 303
    assert (await visitor.sign_in(EMAIL)).status_code == 422


async def test_the_supervising_body_erases_somebody_in_two_steps_and_nobody_else_does(world: World) -> None:
    town, bdt = await world.town("18279"), await world.staff(Role.SUPERVISOR)
    visitor = await person(world, of(town), {Role.AGENT})
    admin = await person(world, of(bdt), {Role.ADMIN}, "admin@bdt.example", "Administration")
    supervisor = await person(world, of(bdt), {Role.SUPERVISOR}, "suivi@bdt.example", "Suivi")
    curators = await world.staff(Role.CURATOR, Role.ADMIN, kind=OrganisationKind.ASSOCIATION)
    assert "Aucune demande" in (await admin.page(STAFF)).text
    unknown = await admin.send(STAFF, {"email": "inconnu@x.example", "reason": "Courrier"}, at=STAFF)
    assert (unknown.status_code, "Aucun compte" in unknown.text) == (422, True)
    blank = await admin.send(STAFF, {"email": "", "reason": ""}, at=STAFF)
    assert blank.text.count('class="error"') == 2
    asked = await admin.send(STAFF, {"email": EMAIL.upper(), "reason": f"Courrier de {NAME}"}, at=STAFF)
    step = asked.headers["location"]
    await world.work()
    assert await world.sql("select state from personal_request") == "asked"
    assert (await visitor.http.get(MINE)).status_code == 200, "the first step erases nothing"
    for other in (supervisor, visitor):
        assert (await other.http.get(STAFF)).status_code == 403
        assert (await other.http.get(step)).status_code == 403
    assert (await world.http.get(step, headers=curators.headers)).status_code == 403
    assert (await admin.http.get(f"{STAFF}/{uuid4()}")).status_code == 404
    await admin.page(step)
    wrong = await admin.send(f"{step}/confirmation", {"email": "suivi@bdt.example"}, at=step)
    assert (wrong.status_code, "Ce n’est pas l’adresse" in wrong.text) == (422, True)
    assert (await supervisor.send(f"{step}/confirmation", {"email": EMAIL}, at="/compte")).status_code == 403
    assert (await admin.send(f"{step}/confirmation", {"email": EMAIL}, at=step)).status_code == 303
    await world.work()
    assert await world.sql("select json_build_array(state, reason) from personal_request") == ["done", None]
    assert (await visitor.http.get(MINE)).status_code == 303
    assert (await admin.send(f"{step}/refus", {}, at=STAFF)).status_code == 409
    actions = await world.sql(
        "select json_agg(action order by id) from audit_line where subject = 'personal_request' and action <> 'request.read'"
    )
    assert actions == [
        "personal_request.ask_erasure",
        "personal_request.confirm_erasure",
        "personal_request.erase",
    ]


async def test_a_request_put_aside_erases_nothing(world: World) -> None:
    town, bdt = await world.town("18279"), await world.staff(Role.SUPERVISOR)
    visitor = await person(world, of(town), {Role.AGENT})
    admin = await person(world, of(bdt), {Role.ADMIN}, "admin@bdt.example", "Administration")
    step = (await admin.send(STAFF, {"email": EMAIL, "reason": "Courrier"}, at=STAFF)).headers["location"]
    assert (await admin.send(f"{step}/refus", {}, at=step)).status_code == 303
    again = await admin.send(f"{step}/confirmation", {"email": EMAIL}, at=STAFF)
    assert (again.status_code, "n’attend plus" in again.text) == (422, True)
    await world.work()
    assert (await visitor.http.get(MINE)).status_code == 200
    assert await world.sql("select state from personal_request") == "refused"
