"""Every page that each role can reach, in every phase of a pool: valid, labelled, whole, and leading somewhere."""

import re

from catalog.solutions.fields import Step
from marketplace.accounts.tokens import Purpose
from marketplace.actor import OrganisationKind, Role
from marketplace.app import DEMO_PAGES, PAGES
from marketplace.webhooks.guard import Guard
from tests.catalog.suppliers.firms import offered, vigilance
from tests.catalog.writing.test_attaching import attached, png
from tests.pages.pool_phases import phases
from tests.pages.reader import Reader
from tests.support import story
from tests.support.cited import cited
from tests.support.joining import claimed, link, register, siret_of
from tests.support.story import Story
from tests.support.world import Caller, World

BY_MAIL = {"/inscription/preuve/…", "/invitation/…", "/references/confirmer/…", "/alertes/arret/…"}
"""Pages that only a mailed link opens."""
PROCONNECT = {
    f"/connexion/proconnect{rest}" for rest in ("", "/retour", "/lien", "/organisation", "/deconnecte")
}
"""Only where a provider is set: read in tests/journeys/test_proconnect_journey.py."""
NOT_PAGES = {
    "/langue/…",
    "/achats/…/avancement",
    "/connexion/code",  # between a right password and its code
    "/compte/confirmer",  # when a sensitive act asks for a recent proof
    "/mot-de-passe/…",  # from a mail alone
    "/compte/adresse/…",  # from a mail alone
    "/propositions/…",  # once three towns have the same need: tests/search/proposals
    "/compte/donnees/copies/…",  # once asked for: tests/marketplace/personal_data
    "/compte/recherches/…",  # once a search is kept: tests/search/saved
    "/administration/effacements/…",  # once asked for: tests/marketplace/personal_data
    *(
        f"/{path}/import/…{rest}"
        for path in ("espace-entreprise/fiches", "relecture")
        for rest in ("", "/rapport")
    ),  # once a file was sent: tests/catalog/opendata
    *PROCONNECT,
    *BY_MAIL,
}
"""What no link leads to. Those of signing in are read in tests/marketplace/sign_in and tests/journeys."""
ABOVE_THE_THRESHOLD = {"/achats/…/profil-acheteur", "/achats/…/dossier.zip"}
COMMON = (
    "/langue",
    "/demo",
    "/solutions",
    "/api",
    "/regles",
    "/contact",
    "/connexion",
    "/mot-de-passe-oublie",
    "/mentions",
    "/acces",
    "/donnees",
    "/villes",
)
LEFT_TO_OTHERS = {
    "a visitor": ("/langue", "/demo"),
    "the startup": ("/langue", "/demo", "/api", "/villes"),
} | dict.fromkeys(("the signatory", "the accountant", "the administrator"), (*COMMON, "/registre"))
"""Pages that do not depend on who reads them are read by a visitor, and once more by somebody signed in. The register, whose files
count among an organisation's downloads, is read by the town's agents.
"""
BUSY = ("census", "commitment", "voted", "frozen", "scored", "award", "delivered", "accepted")
ONCE = ("interest", *BUSY, "consultation", "analysis", "execution", "invoiced", "paid")
ELSEWHERE = {
    "a visitor": (*BUSY, "paid"),
    "the signatory": ("draft", "interest", "census", "frozen", "scored", "delivered", "accepted"),
    "the accountant": (*BUSY[:6], "draft", "interest", "analysis"),
    "a member's agent": ("draft", "frozen", "scored", "award", "delivered", "accepted", "paid"),
    "a stranger's agent": (*BUSY[1:], "draft", "analysis", "invoiced"),
    "the startup": (*BUSY[:6], "interest"),
    "another startup": (*BUSY, "interest", "paid"),
    "the curator": (*BUSY, "interest", "consultation", "analysis", "execution", "invoiced"),
    "the supervisor": BUSY[2:],
    "the administrator": ONCE,
    "the registrar": ONCE,
}
"""Phases in which nothing changes for somebody."""
MOVING = ("/?", "/achats", "/consultations", "/commandes", "/factures", "/espace-entreprise?", "/suivi")
INSIDE = {"the coordinator's agent", "the signatory", "the accountant", "the supervisor"}
ORDINARY = ["/", "/?besoin=piloter+l’éclairage&ville=Vierzon&quantite=120", "/solutions?q=telegestion", "/regles?montant=250000&nature=supplies"]  # fmt: skip


async def everybody(world: World, told: Story) -> list[Reader]:
    """One person a role, signed in through the form. Roles are alone, so that nobody hides behind another's rights."""
    coordinator, other, _ = (town.organisation for town in told.towns)
    seller, loser = (caller.organisation for caller in told.sellers[:2])
    bdt = await world.staff(Role.SUPERVISOR)
    association = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    stranger = await world.town("18205")
    cast = [
        ("a visitor", None, ()),
        ("the coordinator's agent", coordinator, (Role.AGENT,)),
        ("the signatory", coordinator, (Role.SIGNATORY,)),
        ("the accountant", coordinator, (Role.ACCOUNTANT,)),
        ("a member's agent", other, (Role.AGENT, Role.SIGNATORY)),
        ("a stranger's agent", stranger.organisation, (Role.AGENT,)),
        ("the startup", seller, (Role.SELLER, Role.EDITOR, Role.ADMIN)),
        ("another startup", loser, (Role.SELLER, Role.EDITOR)),
        ("the curator", association.organisation, (Role.CURATOR,)),
        ("the supervisor", bdt.organisation, (Role.SUPERVISOR,)),
        ("the administrator", coordinator, (Role.ADMIN,)),
        ("the registrar", bdt.organisation, (Role.ADMIN,)),
    ]  # fmt: skip
    return [await Reader.arrive(world, name, whose, frozenset(roles)) for name, whose, roles in cast]


async def to_review(told: Story) -> None:
    """A draft and a submitted sheet, for the startup's desk and the curator's queue."""
    content = {
        "name": "Lanterne",
        "summary": "S",
        "description": "D",
        "domains": [story.DOMAIN],
        "maturity": "growth",
    }
    seller: Caller = told.sellers[0]
    reference = {"town": "18033", "started_on": "2024-01-01", "scope": "Le centre"}
    drafts = [await seller.did("/my/solutions", content | {"references": [reference]}) for _ in range(2)]
    await attached(seller, drafts[1]["id"], ("carte.png", png(), "image/png"))
    await seller.did(f"/my/solutions/{drafts[0]['id']}/submission")
    await seller.did(
        "/my/supplier/stakes", {"holder": "Ada", "kind": "founders", "percent": "60", "since": "2020-01-01"}
    )
    await offered(seller, vigilance(await told.world.today()))


async def to_prove(world: World, told: Story) -> list[str]:
    """A published reference with its proofs, for the directory, the startup's desk and the curator's queue; the town's link."""
    return [(await cited(world, told.sellers[0], story.DOMAIN)).link]


async def coming_in(world: World, told: Story) -> list[str]:
    """Somebody who asks to join the coordinator, another who is invited, a third who asks nothing yet; the links they got."""
    town = told.towns[0]
    await claimed(world, "camille@exemple.test", siret=siret_of(str(town.organisation.siren)))  # type: ignore[union-attr]
    await town.did("/organisation/invitations", {"email": "ada@exemple.test", "roles": ["reader"]})
    await register(world, "eve@exemple.test")
    invitation = await link(world, Purpose.INVITATION, "ada@exemple.test")
    proof = await link(world, Purpose.CLAIM, "eve@exemple.test")
    return [f"/invitation/{invitation}", f"/inscription/preuve/{proof}", "/inscription/envoyee"]


async def to_cite(told: Story) -> None:
    """A frozen search, for the coordinator's register."""
    search = {"q": "télégestion", "domain": [story.DOMAIN]}
    await told.towns[0].did("/sourcing-records", {"title": "Télégestion", "search": search})


async def to_follow(told: Story) -> None:
    """A webhook and one delivery, for the startup's administrator."""
    told.world.app.state.guard = Guard(private=True)
    body = {"name": "logiciel", "url": "http://127.0.0.1:9/", "events": ["order.issued"]}
    endpoint = await told.sellers[0].did("/webhooks", body)
    await told.sellers[0].did(f"/webhooks/{endpoint['id']}/test")


async def test_every_page_of_every_role_in_every_phase_is_valid_whole_and_leads_somewhere(
    world: World,
) -> None:
    found: list[str] = []
    read: set[str] = set()
    readers: list[Reader] = []
    async for phase, told in phases(world):
        pool = told.path.replace("/pools", "/achats")
        if not readers:
            await to_review(told)
            mailed = await to_prove(world, told) + await coming_in(world, told)
            await to_follow(told)
            await to_cite(told)
            readers = await everybody(world, told)
            found += await readers[0].looks_around(*mailed, patterns=read, leaving=("/langue", *COMMON))
        for reader in readers:
            if phase in ELSEWHERE.get(reader.name, ()):
                continue
            reader.seen = {path for path in reader.seen if not path.startswith(MOVING)}
            status = (await reader.http.get(pool)).status_code
            assert status == 200 or (status == 404 and reader.name not in INSIDE), (
                phase,
                reader.name,
                status,
            )
            new = await reader.looks_around(
                "/",
                *([pool] if status == 200 else []),
                *ORDINARY,
                patterns=read,
                leaving=LEFT_TO_OTHERS.get(reader.name, COMMON),
            )
            found += [f"[{phase}] {fault}" for fault in new]
    found += await readers[0].looks_around(
        "/demo/horloge",
        "/demo/courriels",
        patterns=read,
        leaving=("/langue", "/achats", "/espace-entreprise"),
    )
    bdt = (await world.staff(Role.SUPERVISOR)).organisation
    admin = await Reader.arrive(world, "the administrator", bdt, frozenset({Role.ADMIN, Role.AUDITOR}))
    found += await admin.looks_around("/compte", patterns=read, leaving=(*COMMON, "/achats", "/suivi"))
    assert not found, f"{len(found)} faults\n" + "\n".join(found[:60])
    routes = {
        re.sub(r"\{[^}]*\}", "…", path)
        for page in [*PAGES, *DEMO_PAGES]
        if "GET" in page.http_methods
        for path in page.paths
    }
    assert _alike(routes) - _alike(read) == ABOVE_THE_THRESHOLD | NOT_PAGES


STEPS = "|".join(step for step in Step if step is not Step.REFERENCES)
"""The steps of a sheet that one address serves."""


def _alike(paths: set[str]) -> set[str]:
    shown = {re.sub(r"^/solutions/.+", "/solutions/…", path) for path in paths}
    shown = {re.sub(f"^(/espace-entreprise/fiches/…)/({STEPS})$", r"\1/…", path) for path in shown}
    shown = {re.sub(r"^/villes/[^/]+/", "/villes/…/", path) for path in shown}
    shown = {re.sub(r"/preuves/(prices|answers|references).*", "/preuves/…", path) for path in shown}
    return {re.sub(r"^/demo/courriels/.+", "/demo/courriels/…", path) for path in shown}
