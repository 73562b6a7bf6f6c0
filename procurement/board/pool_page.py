"""The page of one pool: what it waits for, its towns, its threshold and tiers, its calendar; and its table of towns."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath

from catalog.taxonomy import domains
from marketplace import clock
from marketplace.actor import Actor
from marketplace.db import ReadSession, Session
from marketplace.ids import PoolId
from marketplace.web import i18n
from marketplace.web.exports import both, table_file
from marketplace.web.forms import Form
from marketplace.web.pages import page
from marketplace.web.transaction import By, Reads
from marketplace.words import N_
from procurement.board import progress, wording
from procurement.compass import NATURE_NAMES
from procurement.conventions import queries as conventions
from procurement.pools import gauges, plans, queries
from procurement.pools.lifecycle import MEMBERSHIP_STATE_NAMES, PHASES, POOL_STATE_NAMES, M, PoolState
from procurement.pools.models import MISSED_POLICY_NAMES, MISSION_NAMES, RULE_NAMES
from procurement.quotes import comparing
from procurement.quotes import queries as quotes

FIGURES = (N_("ferme"), N_("tolérance"), N_("maximum"))
ABSENT = frozenset({M.INVITED, M.DECLINED, M.SILENT, M.EXCLUDED, M.WITHDRAWN, M.NOT_COMMITTED})
"""Memberships that are named apart: not in the pool yet, or no longer."""


async def show_pool(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    by: Actor,
    pool_id: PoolId,
    *,
    form: Form[Any] | None = None,
    excluding: UUID | None = None,
) -> Response[str]:
    view = await queries.view(reads, pool_id, by)
    pool = view.pool
    sums = queries.totals_by_line(pool, view.memberships)
    low, high = pool.totals.estimate_low_cents, pool.totals.estimate_high_cents
    award = await quotes.award_of(reads, pool.id)
    awarded = await quotes.awarded_lines(reads, award) if award and award.notified_at else {}
    mine = str(view.mine.id) if view.mine else None
    tiers = []
    for line, published in zip(pool.lines, view.outlook, strict=True):
        real = awarded.get(str(line.id))
        seen = plans.realised(line, real, mine) if real else published
        quantity = Decimal(real["quantity"]) if real else sums[line.id][0]
        tiers.append((line, seen, gauges.tier_gauge(quantity, seen), bool(real)))
    agreement = await conventions.agreement(reads, pool.id)
    consultation = await comparing.latest_consultation(reads, pool.id)
    deliberations, signatures = await conventions.acts(reads, pool.id)
    inside = view.mine is not None or by.acts_for(pool.coordinator_id)
    return page(
        request,
        "board/show.html",
        status=422 if form and form.failed else 200,
        view=view,
        pool=pool,
        headline=wording.headline(view),
        acts=wording.next_acts(view, by),
        gauge=gauges.threshold_gauge(pool, low, high, clock.paris_day(view.now))
        if low is not None and high is not None
        else None,
        tiers=tiers,
        working=await progress.waiting_for(reads, pool, agreement, consultation) if inside else None,
        sums=sums,
        steps=_steps(view),
        agreement=agreement if inside else None,
        deliberations=deliberations,
        signatures=signatures,
        consultation=consultation,
        award=award,
        domain=domains()[pool.domain],
        inside=inside,
        coordinates=by.acts_for(pool.coordinator_id),
        form=form or Form(),
        excluding=excluding,
        present=[m for m in view.memberships if m.state not in ABSENT],
        absent=[m for m in view.memberships if m.state in ABSENT],
        state_names=MEMBERSHIP_STATE_NAMES,
        pool_state_names=POOL_STATE_NAMES,
        natures=NATURE_NAMES,
        missions=MISSION_NAMES,
        rules=RULE_NAMES,
        policies=MISSED_POLICY_NAMES,
    )


@get(both("/achats/{pool_id:uuid}/villes"))
async def export_towns(
    request: Request[Any, Any, Any], reads: Reads, by: By, pool_id: FromPath[UUID]
) -> Response[bytes]:
    view = await queries.view(reads, PoolId(pool_id), by)
    header = [
        N_("Ville"),
        "INSEE",
        "SIREN",
        N_("État"),
        *(f"{line.label} : {i18n.translate(word)}" for line in view.pool.lines for word in FIGURES),
    ]
    rows = []
    for m in view.memberships:
        found = {need.pool_line_id: need for need in m.needs}
        figures: list[object] = []
        for line in view.pool.lines:
            need = found.get(line.id)
            figures += [need.firm, need.tolerance, need.maximum] if need else [None, None, None]
        rows.append(
            [
                m.town.name,
                m.town.insee or "",
                m.town.siren or "",
                i18n.translate(MEMBERSHIP_STATE_NAMES[m.state]),
                *figures,
            ]
        )
    return table_file(request, "villes", header, rows)


def _steps(view: queries.PoolView) -> list[tuple[str, str, str]]:
    """The calendar: (done|now|"", when, what)."""
    pool = view.pool
    at = PHASES.index(pool.state) if pool.state in PHASES else -1
    census = clock.last_day(pool.census_ends_at).strftime("%d/%m/%Y")
    council = clock.last_day(pool.commitment_ends_at).strftime("%d/%m/%Y")
    rows = [
        (PoolState.CENSUS, census, N_("Fin du recensement des besoins")),
        (PoolState.COMMITMENT, council, N_("Dernières délibérations et signatures")),
        (PoolState.FROZEN, "", N_("Plus personne n’entre ni ne sort")),
        (PoolState.CONSULTATION, "", N_("Offres des entreprises, scellées jusqu’à l’ouverture")),
        (PoolState.AWARD, "", N_("L’élu signataire la notifie")),
        (PoolState.EXECUTION, "", N_("Commandes, livraisons, factures")),
    ]
    found = []
    for state, when, what in rows:
        place = PHASES.index(state)
        kind = "done" if at > place else "now" if at == place else ""
        found.append((kind, when or i18n.translate(POOL_STATE_NAMES[state]), i18n.translate(what)))
    return found


HANDLERS = [export_towns]
