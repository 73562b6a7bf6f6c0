"""The policies alone: what each actor sees of each table in raw SQL, under the application's role."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from marketplace.db import Database
from marketplace.settings import needed
from tests.marketplace.test_row_level_security import TENANTS, visible
from tests.matrix.build import Market
from tests.matrix.notation import ACTORS, names

FILES = (
    "stored_file f where not exists (select from solution_file s where f.id in (s.file_id, s.thumbnail_id))"
)
"""Files of purchases; those of sheets are looked at in tests/catalog/writing/test_attaching.py."""
PURCHASE = ("order_line", "purchase_order", "invoice", "mandate_payment", FILES, "invitation", "consolidation", "evaluation", "need", "price_cap", "quote", "deliberation", "signature", "search_log", "sourcing_record")  # fmt: skip
FIRM = ("supplier_bank", "certificate")
PROPOSED = ("pool_proposal", "proposal_side")
NEVER = {
    "anonymous": (*PROPOSED, *PURCHASE, *FIRM, "supplier_contact", "membership", "need_line", "award", "agreement", "consultation", "api_key", "person", "affiliation"),
    "c.all": (*PROPOSED, *PURCHASE, *FIRM, "membership", "need_line", "award", "agreement", "consultation"),
    "two.c": (*PROPOSED, *PURCHASE, *FIRM, "membership", "need_line", "award", "agreement", "consultation"),
    "u.all": (*PROPOSED, *PURCHASE, *FIRM, "supplier_contact", "membership", "need_line", "award", "agreement", "consultation"),
    "curator": (*PROPOSED, *(t for t in PURCHASE if t != FILES), "supplier_bank", "membership", "need_line", "award", "agreement", "consultation"),
    "staff.admin": (*PROPOSED, *PURCHASE, *FIRM, "membership", "need_line", "award", "agreement", "consultation"),
    "supervisor": (*PROPOSED, *FIRM, "order_line", "purchase_order", "invoice", "mandate_payment", FILES, "invitation", "consolidation", "evaluation", "need", "price_cap", "quote", "search_log", "sourcing_record"),
    "b.agent": (*FIRM, "evaluation", "quote", "invitation", "need n where n.town_id <> actor_organisation()", "invoice", "mandate_payment", "search_log", "sourcing_record"),
    "t.all": (*PROPOSED, *FIRM, "supplier_contact", "order_line", "purchase_order", "invoice", "mandate_payment", FILES, "consolidation", "evaluation", "need", "price_cap", "membership", "need_line", "award", "search_log", "sourcing_record"),
}  # fmt: skip
"""Tables of which somebody sees no row at all; the auditor sees what the supervisor does. Of files, a curator sees those that are
offered as evidence or in a candidature file, as tested below."""
UNREAD = ("outbox", "one_time_token")


@pytest.fixture
async def app(market: Market) -> AsyncIterator[Database]:
    database = Database(needed(market.world.settings.database.url, "DATABASE_URL"), pool_size=1)
    yield database
    await database.close()


@pytest.mark.proof
async def test_every_table_holds_rows_to_hide(market: Market) -> None:
    empty = [t for t in (*PURCHASE, "membership", "need_line", "award", "agreement", "consultation", "api_key", "supplier_contact", *FIRM, *PROPOSED)
             if not await market.world.sql(f"select count(*) from {t}")]  # fmt: skip
    assert empty == []


@pytest.mark.proof
async def test_the_policies_alone_hide_what_is_not_theirs(market: Market, app: Database) -> None:
    seen = []
    for name in ACTORS:
        never = NEVER.get(name) or NEVER["supervisor"]
        if name in names("a.* s.*") | {"a.key"}:
            continue
        async with app.transaction(market.actors[name].caller.actor) as session:
            seen += [f"{name} sees {table}" for table in never if await visible(session, table) > 0]
            seen += [
                f"{name} reads {table}"
                for table in UNREAD
                if table in TENANTS and await visible(session, table) > 0
            ]
    assert seen == []


@pytest.mark.proof
async def test_a_curator_sees_the_files_of_certificates_of_evidence_and_of_sheets_and_no_other(
    market: Market, app: Database
) -> None:
    async with app.transaction(market.actors["curator"].caller.actor) as session:
        files = await session.scalar(text("select array_agg(id order by id) from stored_file"))
    offered = (
        "select file_id from certificate union select file_id from evidence where file_id is not null"
        " union select unnest(array[file_id, thumbnail_id]) from solution_file"
    )
    assert files == await market.world.sql(
        f"select array_agg(file_id order by file_id) from ({offered}) o where file_id is not null"
    )


@pytest.mark.proof
async def test_a_town_and_its_supplier_see_their_own_rows_and_no_others(
    market: Market, app: Database
) -> None:
    """By the column that says whose a row is."""
    columns = {
        "need": ("town_id",), "search_log": ("organisation_id",), "sourcing_record": ("town_id",), "price_cap": ("town_id",), "invitation": ("startup_id",), "quote": ("startup_id",),
        "purchase_order": ("town_id", "supplier_id"), "mandate_payment": ("town_id", "supplier_id"), "api_key": ("organisation_id",),
        "billing_mandate": ("supplier_id",), "invoice": ("town_id", "supplier_id"), "mail": ("organisation_id",),
        "audit_line": ("organisation_id",), "webhook_endpoint": ("organisation_id",),
    }  # fmt: skip
    theirs = {
        "a.admin": ("purchase_order", "invoice", "quote", "invitation")
    }  # a coordinator reads its pools' rows too
    found = []
    for name in ("a.admin", "b.agent", "s.admin", "t.all", "c.all", "two.c", "u.all"):
        who = market.actors[name].caller.actor
        async with app.transaction(who) as session:
            for table, mine in columns.items():
                if table in theirs.get(name, ()):
                    continue
                others = " and ".join(f"{column} is distinct from :me" for column in mine)
                count = await session.scalar(
                    text(f"select count(*) from {table} where {others}"), {"me": who.organisation_id}
                )
                if count:
                    found.append(f"{name} sees {count} rows of {table} that are another's")
        async with app.transaction(who) as session:
            pools = await session.scalar(
                text("select count(*) from quote where state = 'sealed' and startup_id is distinct from :me"),
                {"me": who.organisation_id},
            )
            if pools:
                found.append(f"{name} sees {pools} sealed offers of others")
    assert found == []
