"""Answers are kept for the organisation that asked, and a visitor's for nobody."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from marketplace.actor import ANONYMOUS, Actor
from marketplace.ids import new_id
from search.log.models import SearchLog
from search.log.queries import answered
from search.log.recording import AnswerKind, Ordered, record
from tests.support.world import World

ASKED = {"need": "éclairage public", "town": "18279", "musts": {"eu_hosted": True}}


async def kept(world: World, by: Actor, now: datetime) -> SearchLog:
    """One answer, kept on behalf of `by` by the application, as a request would."""
    async with world.app.state.database.transaction(by) as session:
        return record(
            session, kind=AnswerKind.MATCH, asked=ASKED, ordered=[Ordered("lampes", 0.75), Ordered("capteurs", None)],
            excluded=[{"slug": "nuage", "filter": "eu_hosted", "sentence": "…"}], weights={"version": "1"}, total=3,
            engine="postgres", index="12", answer={"items": []}, by=by, now=now,
        )  # fmt: skip


async def test_an_answer_is_read_back_by_the_organisation_that_asked_and_by_no_other(world: World) -> None:
    vierzon, bourges = await world.towns(2)
    now = await world.now()
    row = await kept(world, vierzon.actor, now)
    async with world.app.state.database.reading(vierzon.actor) as reads:
        found = await answered(reads, row.id)
        assert found is not None
        assert (found.kind, found.asked, found.at) == (AnswerKind.MATCH, ASKED, now)
        assert found.ordered == [{"slug": "lampes", "score": 0.75}, {"slug": "capteurs", "score": None}]
        assert (found.excluded[0]["filter"], found.weights) == ("eu_hosted", {"version": "1"})
        assert (found.person_id, found.organisation_id) == (
            vierzon.actor.person_id,
            vierzon.actor.organisation_id,
        )
    watcher = await world.staff()
    for other in (bourges.actor, watcher.actor, ANONYMOUS):
        async with world.app.state.database.reading(other) as reads:
            assert await answered(reads, row.id) is None
            assert (await reads.scalars(select(SearchLog))).all() == [], "the policies say so too"


async def test_a_visitor_s_answer_is_kept_without_a_person_and_nobody_reads_it(world: World) -> None:
    now = await world.now()
    somebody = replace((await world.startup()).actor, organisation_id=None, kind=None)
    for by in (ANONYMOUS, somebody):
        row = await kept(world, by, now)
        async with world.app.state.database.reading(by) as reads:
            assert await answered(reads, row.id) is None
    assert (
        await world.sql("select count(*) from search_log where organisation_id is null and person_id is null")
        == 2
    )


async def test_nobody_keeps_an_answer_in_the_name_of_another_or_changes_one(world: World) -> None:
    vierzon, bourges = await world.towns(2)
    now = await world.now()
    row = await kept(world, vierzon.actor, now)
    forged = replace(vierzon.actor, person_id=new_id())
    for acting, by in ((bourges.actor, vierzon.actor), (vierzon.actor, forged), (ANONYMOUS, vierzon.actor)):
        with pytest.raises(DBAPIError, match="row-level security"):
            async with world.app.state.database.transaction(acting) as session:
                record(session, kind=AnswerKind.SEARCH, asked={}, ordered=[], total=0, engine="", index="", by=by, now=now)  # fmt: skip
    for statement in ("update search_log set total = 9", "delete from search_log"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with world.app.state.database.transaction(vierzon.actor) as session:
                await session.execute(text(statement))
    assert await world.sql("select json_agg(id) from search_log") == [str(row.id)]
