"""A directory to search and answers to freeze."""

from typing import Any

from catalog.opendata import importing
from marketplace.actor import SYSTEM
from marketplace.tabular import SourceRow
from search.engines.postgres import PostgresEngine
from search.index.refreshing import reindex
from search.log.recording import AnswerKind, Ordered, SearchLog, record
from tests.support.world import Caller, World

LIGHT = "eclairage-public"
SHEETS = {
    "lanterne": ("Lanterne", "L’éclairage public se règle lampe par lampe."),
    "veilleuse": ("Veilleuse", "L’éclairage public s’éteint la nuit."),
    "phare": ("Phare", "Un plan de l’éclairage public de la ville."),
    "tri": ("Tri sûr", "Les bacs disent quand ils sont pleins."),
}
SEARCH = {"q": "éclairage public", "domain": [LIGHT]}


async def directory(world: World, names: tuple[str, ...] = tuple(SHEETS)) -> None:
    """Publish sheets and index them."""
    rows = [SourceRow(slug, sheet(slug)) for slug in names]
    report = await importing.load(world.as_worker, rows, now=await world.now())
    assert not report.rejected, report.rejected
    await indexed(world)


async def indexed(world: World) -> None:
    async with world.as_worker.transaction(SYSTEM) as session:
        await reindex(session, PostgresEngine())


def sheet(slug: str) -> dict[str, Any]:
    name, summary = SHEETS[slug]
    return {
        "id": slug, "name": name, "summary": summary, "domains": [LIGHT if "éclairage" in summary else "dechets-proprete"],
        "supplier": f"Maison {name}", "maturity": "growth",
    }  # fmt: skip


async def matched(
    world: World,
    who: Caller,
    *,
    names: tuple[str, ...] = ("veilleuse", "lanterne"),
    asked: dict[str, Any] | None = None,
    unit: str | None = None,
) -> SearchLog:
    """An answer of matching, logged for the town of `who` as `POST /matches` does."""
    items = [
        {
            "slug": slug, "score": 0.9 - i / 10, "missing": ["Hébergement non renseigné : −8 au plus."], "counterfactual": None,
            "contributions": [{"signal": "text", "value": 0.5, "weight": 25, "sentence": "=Vos mots sont dans la fiche."}],
        }
        for i, slug in enumerate(names)
    ]  # fmt: skip
    async with world.app.state.database.transaction(who.actor) as session:
        return record(
            session, kind=AnswerKind.MATCH, asked={"need": "Éclairer moins", "town": "18279", "musts": {"eu_hosted": True}, **(asked or {})},
            ordered=[Ordered(item["slug"], item["score"]) for item in items],
            excluded=[{"slug": "phare", "filter": "eu_hosted", "sentence": "Hébergement non renseigné."}],
            weights={"version": "2026-11-26", "domain": LIGHT, "weights": {"text": 25, "twins": 25}}, total=len(items),
            engine="postgres", index="7", answer={"items": items, "unit": unit}, by=who.actor, now=await world.now(),
        )  # fmt: skip
