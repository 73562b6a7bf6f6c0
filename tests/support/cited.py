"""A published sheet that cites a town, with a document that waits for a curator and a question that waits for the town."""

from dataclasses import dataclass
from uuid import uuid4

from marketplace.accounts.tokens import Purpose
from marketplace.actor import OrganisationKind, Role
from tests.support import files
from tests.support.curating import publish
from tests.support.joining import link
from tests.support.world import Caller, World

TOWN_ADDRESS = "eclairage@ville-exemple.test"


@dataclass(frozen=True)
class Cited:
    """`link`: the page that the town's mail leads to. `unasked`: a reference about which nobody was asked."""

    sheet: str
    slug: str
    reference: str
    unasked: str
    evidence: str
    link: str

    @property
    def proofs(self) -> str:
        return f"/espace-entreprise/fiches/{self.sheet}/preuves"


async def cited(world: World, seller: Caller, domain: str) -> Cited:
    """Publish it for `seller`."""
    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    reference, unasked = str(uuid4()), str(uuid4())
    sheet = await seller.did(
        "/my/solutions",
        {
            "name": "Halo", "summary": "S", "description": "D", "domains": [domain], "maturity": "growth", "answers": {"rgaa_rate": "82"},
            "references": [
                {"id": key, "town": town, "started_on": "2024-03-01", "scope": "Centre-ville"}
                for key, town in ((reference, "18033"), (unasked, "18279"))
            ],
        },
    )  # fmt: skip
    await seller.did(f"/my/solutions/{sheet['id']}/submission")
    await publish(curator, sheet["id"])
    base = f"/my/solutions/{sheet['id']}/evidence"
    offered = await world.http.post(
        f"/api/v1{base}/documents", headers=seller.headers, files={"file": ("audit.pdf", files.pdf(), files.PDF)},
        data={"path": "answers.rgaa_rate", "title": "Audit d’accessibilité", "dated_on": str(await world.today())},
    )  # fmt: skip
    assert offered.status_code == 201, offered.text
    await seller.did(f"{base}/requests", {"reference_id": reference, "email": TOWN_ADDRESS})
    await world.work()
    written = await link(world, Purpose.CONFIRMATION, TOWN_ADDRESS)
    return Cited(
        sheet["id"],
        sheet["slug"],
        reference,
        unasked,
        offered.json()["id"],
        f"/references/confirmer/{written}",
    )
