"""The page of all pools: `/suivi`, by urgency, and its exports."""

from decimal import Decimal
from typing import Any

from litestar import Request, Response, get

from catalog.taxonomy import domains
from marketplace.web import i18n
from marketplace.web.exports import both, table_file
from marketplace.web.pages import page, show_deadline, unit_name
from marketplace.web.schemas import plain
from marketplace.web.transaction import By, Reads
from marketplace.words import N_
from procurement.pools.lifecycle import POOL_STATE_NAMES
from procurement.supervision import queries
from procurement.supervision.queries import LATE, OVER, RUNNING, WAITING

RECUSED = N_("Récusation : intérêt déclaré")


@get("/suivi")
async def follow(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    followed = await queries.followed_pools(reads, by)
    return page(
        request,
        "supervision/follow.html",
        followed=followed,
        baskets={name: [f for f in followed if f.basket == name] for name in (LATE, WAITING, RUNNING, OVER)},
        towns=sum(f.members for f in followed),
        awarded=sum(f.awarded_ht_cents or 0 for f in followed),
        names=POOL_STATE_NAMES,
        domains=domains(),
    )


@get(both("/suivi"))
async def export(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[bytes]:
    header = [
        N_("Achat"), N_("Domaine"), N_("Coordonnateur"), N_("Phase"), N_("Villes"), N_("Volumes"), N_("Estimation basse HT (€)"),
        N_("Estimation haute HT (€)"), N_("Attribué HT (€)"), N_("Échéance"), N_("Alerte"),
    ]  # fmt: skip
    rows = [
        [
            f.title,
            domains()[f.domain].label(i18n.language.get()),
            f.coordinator,
            i18n.translate(POOL_STATE_NAMES[f.state]),
            f.members,
            ", ".join(f"{plain(total)} {unit_name(unit, total)}" for unit, total in f.volumes),
            _euros(f.estimate_low_cents),
            _euros(f.estimate_high_cents),
            _euros(f.awarded_ht_cents),
            show_deadline(f.deadline) if f.deadline else "",
            i18n.translate(RECUSED)
            if f.recused
            else i18n.translate(f.stuck.sentence).format(**f.stuck.facts)
            if f.stuck
            else "",
        ]
        for f in await queries.followed_pools(reads, by)
    ]
    return table_file(request, "suivi", header, rows)


def _euros(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents) / 100


HANDLERS = [follow, export]
