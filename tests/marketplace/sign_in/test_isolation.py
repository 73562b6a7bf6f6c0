"""What people sign in with is theirs alone, also for PostgreSQL: asked in raw SQL under the application's role."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from marketplace.actor import ANONYMOUS
from marketplace.sign_in import sessions
from tests.marketplace.sign_in.test_passkeys import registered
from tests.marketplace.sign_in.test_second_factor import enrol
from tests.support.authenticator import Authenticator
from tests.support.windows import PASSWORD, Window, address_of
from tests.support.world import World

TABLES = ("web_session", "half_open_session", "totp_factor", "recovery_code", "passkey")


async def test_a_colleague_and_a_visitor_neither_see_nor_end_nor_take_what_somebody_signs_in_with(
    world: World,
) -> None:
    async with Window.open(world) as window:
        town = await world.town()
        assert town.organisation is not None
        owner = await world.member(town.organisation, town.actor.roles, password=PASSWORD)
        await window.enter(owner)
        await enrol(window)
        await registered(window, Authenticator())
        await window.post("/me/passkeys/options")
        window.http.cookies.clear()
        await window.post("/sessions", {"email": address_of(owner), "password": PASSWORD})
    assert town.actor.person_id is not None and owner.actor.person_id is not None
    database = world.app.state.database
    for table in TABLES:
        assert await world.sql(f"select count(*) from {table}") > 0, table
        for actor in (ANONYMOUS, town.actor):
            async with database.transaction(actor) as session:
                assert await session.scalar(text(f"select count(*) from {table}")) == 0, table
                ended = await session.execute(text(f"delete from {table} returning id"))
                assert ended.all() == [], table
        async with database.transaction(sessions.himself(owner.actor.person_id)) as session:
            assert await session.scalar(text(f"select count(*) from {table}")) > 0, table
    taken = "insert into web_session (id, token_hash, person_id, last_seen_at, expires_at, proof, proved_at, device) values"
    values = " (gen_random_uuid(), 'x', :person, now(), now() + interval '1 hour', 'passkey', now(), '')"
    for actor in (ANONYMOUS, town.actor):
        with pytest.raises(DBAPIError, match="row-level security"):
            async with database.transaction(actor) as session:
                await session.execute(text(taken + values), {"person": owner.actor.person_id})
        with pytest.raises(DBAPIError, match="permission denied"):
            async with database.transaction(actor) as session:
                await session.execute(text("select * from passkey_challenge"))
