"""A published sheet with a reference at Bourges, a startup that proves it, a town that answers, a curator who judges."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from marketplace.accounts import registration, tokens
from marketplace.accounts.tokens import Purpose
from marketplace.actor import SYSTEM, OrganisationKind, Role
from tests.catalog.solutions.sheets import content
from tests.support.curating import publish
from tests.support.world import Caller, World

BOURGES, BOURGES_SIREN = "18033", "211800339"
PAPERS = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


@dataclass
class Market:
    world: World
    seller: Caller
    curator: Caller
    sheet: dict[str, Any]
    reference: str

    @property
    def id(self) -> str:
        return str(self.sheet["id"])

    @property
    def mine(self) -> str:
        return f"/my/solutions/{self.id}/evidence"

    @property
    def path(self) -> str:
        return f"references.{self.reference}"

    async def level(self, path: str | None = None) -> str:
        """The public level of a claim: the reference's, unless said."""
        found = await self.world.visitor.read(f"/solutions/{self.sheet['slug']}/evidence")
        return str(found["claims"][path or self.path]["level"])

    async def claim(self, path: str | None = None) -> dict[str, Any]:
        """A claim as its startup sees it."""
        found = await self.seller.read(self.mine)
        return next(claim for claim in found["claims"] if claim["path"] == (path or self.path))

    async def revise(self, **changes: Any) -> None:
        """Publish other content."""
        before = await self.seller.read(f"/my/solutions/{self.id}")
        await self.seller.did(
            f"/my/solutions/{self.id}",
            before["content"] | changes,
            method="put",
            If_Match=str(before["version"]),
        )
        await self.seller.did(f"/my/solutions/{self.id}/submission")
        await publish(self.curator, self.id)
        await self.world.work()

    async def ask(self, email: str = "eclairage@ville-bourges.fr") -> dict[str, Any]:
        asked: dict[str, Any] = await self.seller.did(
            f"{self.mine}/requests", {"reference_id": self.reference, "email": email}
        )
        await self.world.work()
        return asked

    async def link(self, email: str = "eclairage@ville-bourges.fr") -> str:
        """The address of the page that the last mail to `email` leads to."""
        token_id = await self.world.sql(
            "select id from one_time_token where purpose = 'confirmation' and bound_to = :email order by id desc limit 1",
            email=email,
        )
        written = tokens.written(
            self.world.app.state.secret, UUID(str(token_id)), Purpose.CONFIRMATION, email
        )
        return f"/references/confirmer/{written}"

    async def answers(self, link: str, answer: str = "exact", **typed: str) -> Any:
        """The town answers through its form."""
        said = {"answer": answer, "name": "Ada Martin", "role": "Responsable de l’éclairage"} | typed
        done = await self.world.http.post(link, data=said, headers={"Origin": "http://localhost:8000"})
        await self.world.work()
        return done

    async def attach(self, path: str = "prices", **typed: str) -> Any:
        """The startup sends a document; the answer as it is."""
        said = {"path": path, "title": "Tarif 2026 signé", "dated_on": str(await self.world.today())} | typed
        return await self.world.http.post(
            f"/api/v1{self.mine}/documents", data=said, files={"file": ("preuve.pdf", PAPERS, "application/pdf")},
            headers=self.seller.headers,
        )  # fmt: skip


def reference(**changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "town": BOURGES, "started_on": "2024-03-01", "quantity": "1200", "unit": "light_point", "scope": "Centre-ville",
        "indicators": [{"name": "Consommation", "unit": "kWh", "before": "100", "after": "60", "method": "Compteurs, un an avant et après"}],
    } | changes  # fmt: skip


async def market(world: World, *, references: list[dict[str, Any]] | None = None, **changes: Any) -> Market:
    """A published sheet. With no town registered: `town_people` makes Bourges known."""
    seller = await world.startup()
    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    cited = [reference()] if references is None else references
    sheet = await seller.did("/my/solutions", content(references=cited, **changes))
    await seller.did(f"/my/solutions/{sheet['id']}/submission")
    await publish(curator, sheet["id"])
    await world.work()
    return Market(world, seller, curator, sheet, cited[0]["id"] if cited else "")


async def person(world: World, email: str, organisation_id: Any, *roles: Role) -> None:
    """Somebody confirmed to act for an organisation, with this address."""
    async with world.as_worker.transaction(SYSTEM) as session:
        await registration.register_person(
            session,
            email=email,
            name=email,
            password=None,
            organisation_id=organisation_id,
            roles=frozenset(roles),
        )


async def bourges(world: World, email: str = "dgs@ville-bourges.fr") -> None:
    """Bourges is registered, with one person confirmed."""
    async with world.as_worker.transaction(SYSTEM) as session:
        town = await registration.register_town(session, BOURGES)
    await person(world, email, town.id, Role.ADMIN)
