"""What must be true: it holds on a whole purchase, and each truth, broken on purpose, is found by its own name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from marketplace.audit import sealing
from marketplace.db import asyncpg_url
from marketplace.files.storage import path_of
from marketplace.operation import invariants
from marketplace.operation.truths import TRUTHS
from tests.support import story
from tests.support.traded import traded
from tests.support.world import World

ROLES = {"application": "lotcommun_app", "worker": "lotcommun_worker"}
ONCE = "alter table purchase_order drop constraint uq_purchase_order_pool_id_town_id"
BROKEN = {
    "journal_is_sound": [
        "update audit_line set action = 'rien' where id = (select line_id from audit_seal where number = 3)",
        "delete from audit_seal where number = 2",
    ],
    "orders_equal_award": ["update award set ttc_cents = ttc_cents + 1"],
    "lines_equal_order": ["update order_line set ht_cents = ht_cents - 1 where position = 0"],
    "vat_adds_up": [
        "update purchase_order set vat_cents = vat_cents + 1, ttc_cents = ttc_cents + 1",
        "update invoice set ttc_cents = ttc_cents - 1",
        "update purchase_order set vat = jsonb_set(vat, '{0,rate}', '\"5.5\"')",
    ],
    "invoices_equal_orders": [
        "update invoice set ttc_cents = ttc_cents + 1, ht_cents = ht_cents + 1",
        "delete from mandate_payment; delete from invoice where number like '%-00002'",
        "update purchase_order set state = 'accepted' where state = 'invoiced'",
    ],
    "payments_equal_invoices": [
        "update mandate_payment set cents = cents - 1",
        "update mandate_payment set confirmed_at = null",
        "update invoice set state = 'paid'",
    ],
    "invoice_numbers_gapless": [
        "update invoice_series set last = last + 1",
        "update invoice set number = 'SERIE-2031-00001' where number like '%-00001'",
    ],
    "states_have_stamps": [
        "update purchase_order set issued_at = null",
        "update pool set frozen_sha256 = null where state <> 'census'",
        "update award set notified_at = null",
        "update consultation set opened_at = null where state = 'decided'",
        "update outbox set done_at = null where status = 'done'",
        "update mail set sent_at = null where state = 'sent'",
        "update membership set declared_at = null",
    ],
    "one_order_a_town": [
        f"{ONCE}; update purchase_order set town_id = (select min(town_id::text)::uuid from purchase_order)",
        "update membership set state = 'withdrawn' where state = 'executing'",
    ],
    "totals_are_counted": ["update pool_totals set members = members + 1"],
    "nothing_abandoned": ["update outbox set status = 'dead' where id = (select id from outbox limit 1)"],
    "seals_hold": [
        "update quote set content = '{}' where state = 'sealed'",
        "update quote set state = 'opened' where state = 'sealed'",
        "update quote set ciphertext = ciphertext || '\\x00' where state = 'sealed'",
        "update quote set ciphertext = null where state = 'sealed'",
        "update consultation set deadline_at = opened_at + interval '1 minute' where state = 'decided'",
    ],
    "caps_are_secret": [
        "grant select on price_cap to lotcommun_worker",
        "grant select (unit_cents) on price_cap to lotcommun_worker",
        "create policy shown on price_cap for select using (true)",
    ],
    "roles_own_nothing": [
        "alter role lotcommun_app bypassrls",
        "alter role lotcommun_worker superuser",
        "grant lotcommun_owner to lotcommun_app",
        "alter table need owner to lotcommun_worker",
    ],
    "tables_are_protected": [
        "alter table need disable row level security",
        "create table note (organisation_id uuid); grant select on note to lotcommun_app",
    ],
    "perimeters_hold": [
        "update pool set frozen_perimeter = frozen_perimeter || '{\"cog_year\": 1999}' where frozen_at is not null"
    ],
}


@asynccontextmanager
async def as_superuser(url: str) -> AsyncIterator[AsyncSession]:
    """A transaction that is never committed."""
    engine = create_async_engine(asyncpg_url(url)[0], poolclass=NullPool)
    async with AsyncSession(engine) as session:
        await session.execute(text("set local session_replication_role = replica"))
        yield session
        await session.rollback()
    await engine.dispose()


async def test_all_is_true_after_a_whole_purchase_and_each_truth_broken_is_found(
    world: World, database_urls: dict[str, str]
) -> None:
    await traded(world)
    await sealing.seal(world.as_worker)
    folder = world.settings.files_dir
    found = await invariants.examine(world.settings)
    assert {f.name: list(f.faults) for f in found if not f.ok} == {}
    assert {truth.name for truth in TRUTHS} | {"perimeters_hold", "journal_is_sound"} == set(BROKEN)
    truths = {truth.name: truth for truth in TRUTHS}
    missed = []
    for name, statements in BROKEN.items():
        for statement in statements:
            async with as_superuser(database_urls["postgres"]) as session:
                changed = 0
                for part in statement.split("; "):
                    changed = (await session.execute(text(part.replace(":", "\\:")))).rowcount  # type: ignore[attr-defined]
                assert changed, f"nothing was broken by {statement}"
                if name in truths:
                    faults = await invariants.faults_of(session, truths[name], **ROLES)
                else:
                    faults = [
                        f.name
                        for f in await invariants.ask(session, folder, **ROLES)
                        if f.name == name and not f.ok
                    ]
            if not faults:
                missed.append(f"{name}: {statement}")
    assert missed == []


async def test_a_file_that_is_gone_or_altered_is_named(world: World) -> None:
    await story.in_commitment(world, [("60", "6"), ("45", "0")])
    file_id = await world.sql("select id from stored_file limit 1")
    path = path_of(world.settings.files_dir, file_id)
    content = path.read_bytes()

    async def faults() -> list[str]:
        found = {f.name: f for f in await invariants.examine(world.settings)}
        return list(found["files_are_whole"].faults)

    assert await faults() == []
    path.write_bytes(content + b" ")
    assert [f"{file_id} (application/pdf) : le fichier a été altéré"] == await faults()
    path.unlink()
    assert [f"{file_id} (application/pdf) : le fichier manque"] == await faults()
