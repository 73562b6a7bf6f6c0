"""Who did what: a line for every move, that nobody can change."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from marketplace import audit
from marketplace.actor import SYSTEM
from marketplace.audit import sealing
from marketplace.db import Database
from marketplace.settings import needed
from tests.support import story
from tests.support.world import World


async def test_a_move_leaves_one_line_that_says_who_what_before_and_after(world: World) -> None:
    told = await story.in_census(world, towns=2)
    by = told.coordinator.actor
    line = await world.sql(
        "select json_build_array(person_id, organisation_id, channel, subject_id, before, after) from audit_line"
        " where action = 'pool.launch_census'"
    )
    assert line == [
        str(by.person_id), str(by.organisation_id), "key", told.pool["id"], {"state": "interest"}, {"state": "census"},
    ]  # fmt: skip
    count = "select count(*) from audit_line"
    before = await world.sql(count)
    refused = await told.coordinator.post(f"{told.path}/census")
    assert refused.json()["code"] == "move_refused"
    assert await world.sql(count) == before


CHANGES = (
    "update audit_line set action = 'x'", "delete from audit_line", "truncate audit_line",
    "update audit_seal set hash = ''", "delete from audit_seal", "truncate audit_seal",
)  # fmt: skip


async def test_no_role_of_the_product_may_change_or_erase_a_line_or_a_seal(world: World) -> None:
    town = await world.town()
    lines = await world.sql("select count(*) from audit_line")
    assert lines > 0
    assert await sealing.seal(world.as_worker) == lines
    app = Database(needed(world.settings.database.url, "DATABASE_URL"), pool_size=1)
    for database, actor in ((app, town.actor), (app, SYSTEM), (world.as_worker, SYSTEM)):
        for statement in CHANGES:
            with pytest.raises(ProgrammingError, match="permission denied"):
                async with database.transaction(actor) as session:
                    await session.execute(text(statement))
    for statement in CHANGES:
        with pytest.raises(ProgrammingError, match="is insert-only"):
            await world.sql(statement)  # as the owner of the tables
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with app.transaction(town.actor) as session:
            await session.execute(text("insert into audit_seal values (1000, gen_random_uuid(), now(), '')"))
    await app.close()
    assert await world.sql("select count(*) from audit_line where action <> 'x'") == lines
    assert await world.sql("select count(*) from audit_seal where length(hash) = 32") == lines


async def test_an_address_typed_in_a_reason_is_not_kept_in_the_journal(world: World) -> None:
    typed = {
        "reason": "Voir avec Jeanne.Dupont@vierzon.fr, ou (j@x.fr).",
        "list": ["a@b.fr"],
        "n": 3,
        "in": {"x": "c@d.eu"},
    }
    async with world.as_worker.transaction(SYSTEM) as session:
        audit.note(session, SYSTEM, "x.y", "x", None, before=typed, after={"state": "ok @ 12 h."})
    kept = await world.sql("select json_build_array(before, after) from audit_line where action = 'x.y'")
    assert kept == [
        {
            "reason": "Voir avec [adresse], ou ([adresse]).",
            "list": ["[adresse]"],
            "n": 3,
            "in": {"x": "[adresse]"},
        },
        {"state": "ok @ 12 h."},
    ]


async def test_nobody_of_the_story_is_named_in_the_journal(world: World) -> None:
    await story.ordered(world, [("120", "10"), ("80", "0")], sellers=3)
    lines = await world.sql("select string_agg(row_to_json(l)::text, ' ') from audit_line l")
    people = await world.sql("select json_agg(json_build_array(name, email)) from person")
    assert len(people) > 4
    assert [said for person in people for said in person if said.lower() in lines.lower()] == []


SECRET = 17654
"""A unit price offered, in cents, and written nowhere else."""


async def test_a_sealed_price_leaves_only_hashes_in_journal_outbox_and_remembered_answers(
    world: World,
) -> None:
    told, consultation = await story.consulting(world, [("120", "0"), ("80", "0")])
    offer = story.offer(told.line, [(0, SECRET)], quality="Garantie zibeline")
    await told.sellers[0].did(f"/consultations/{consultation}/quotes", offer, Idempotency_Key="une-offre")
    await world.work()
    sha256 = await world.sql("select sha256 from quote")
    for table in ("audit_line", "outbox", "idempotency_record"):
        kept = str(await world.sql(f"select string_agg(row_to_json(t)::text, ' ') from {table} t"))
        told_of = "une-offre" if table == "idempotency_record" else sha256
        assert told_of in kept, table
        for secret in (f"{SECRET}", "176,54", "176.54", "zibeline"):
            assert secret not in kept, (table, secret)
