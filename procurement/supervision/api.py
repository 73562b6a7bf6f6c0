"""`/api/v1/supervision/pools`."""

from datetime import datetime
from uuid import UUID

from litestar import get

from marketplace.web.schemas import Output, plain
from marketplace.web.transaction import By, Reads
from procurement.pools.lifecycle import PoolState
from procurement.supervision import queries


class VolumeOut(Output):
    unit: str
    quantity: str


class FollowedOut(Output):
    """A pool as supervision sees it: no offer, no unit price, no price cap. `recused`: no figure either, for a declared interest."""

    id: UUID
    title: str
    domain: str
    coordinator: str
    state: PoolState
    members: int
    volumes: list[VolumeOut]
    estimate_low_cents: int | None
    estimate_high_cents: int | None
    awarded_ht_cents: int | None
    channel: str | None
    deadline: datetime | None
    basket: str
    stuck: str | None
    recused: bool


@get(
    "/supervision/pools",
    summary="All pools: phase, totals, deadlines, what is stuck (supervisors)",
    tags=["supervision"],
)
async def list_followed(reads: Reads, by: By) -> list[FollowedOut]:
    return [
        FollowedOut(
            id=f.id, title=f.title, domain=f.domain, coordinator=f.coordinator, state=f.state, members=f.members,
            volumes=[VolumeOut(unit=unit, quantity=plain(total)) for unit, total in f.volumes],
            estimate_low_cents=f.estimate_low_cents, estimate_high_cents=f.estimate_high_cents,
            awarded_ht_cents=f.awarded_ht_cents, channel=f.channel, deadline=f.deadline, basket=f.basket,
            stuck=f.stuck.sentence.format(**f.stuck.facts) if f.stuck else None, recused=f.recused,
        )
        for f in await queries.followed_pools(reads, by)
    ]  # fmt: skip


HANDLERS = [list_followed]
