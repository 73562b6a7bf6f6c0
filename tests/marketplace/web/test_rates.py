"""How often something may be tried: exactly, everywhere at once, with and without Redis, and never against somebody else."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from marketplace.actor import ANONYMOUS
from marketplace.db import Database
from marketplace.embedded import Addresses
from marketplace.settings import Settings
from marketplace.web import rates
from marketplace.web.rates import SIGN_IN, Rates, Rule, TooOften
from tests.support.visiting import changed, visitor
from tests.support.world import TOWN_ROLES, World
from workers.housekeeping import prune

FEW = Rule("few", ((5, 300),))
DEAD = "redis://127.0.0.1:1/0"
HERE, THERE, MAIL = "192.0.2.1", "192.0.2.2", "a@exemple.test"

Door = Callable[..., Rates]


@pytest.fixture
async def door(database_urls: dict[str, str], addresses: Addresses) -> AsyncIterator[Door]:
    """Makes the doors of several processes of one instance."""
    made: list[Rates] = []
    database = Database(database_urls["app"], pool_size=4)

    def another(redis_url: str | None = addresses.redis, secret: str = "s" * 32) -> Rates:
        new = Rates(redis_url, secret=secret, database_url=database_urls["app"])
        new.use(database)
        made.append(new)
        return new

    yield another
    for one in made:
        await one.close()
    await database.close()


async def accepted(doors: list[Rates], rule: Rule, *subjects: str, tries: int = 60) -> int:
    """How many of so many tries made at once, through all the doors, are allowed."""

    async def once(number: int) -> bool:
        try:
            await doors[number % len(doors)].hit(rule, *subjects)
        except TooOften as refusal:
            waits.append(refusal.seconds)
            return False
        return True

    waits: list[int] = []
    passed = sum(await asyncio.gather(*(once(number) for number in range(tries))))
    assert all(0 < seconds <= 86_400 for seconds in waits)
    return passed


@pytest.mark.parametrize("redis_url", ["here", None, DEAD])
async def test_of_many_tries_at_once_through_several_processes_exactly_the_limit_passes(
    door: Door, redis_url: str | None
) -> None:
    doors = [door() if redis_url == "here" else door(redis_url) for _ in range(3)]
    assert await accepted(doors, FEW, MAIL) == 5
    assert await accepted(doors, FEW, f" {MAIL.upper()} ") == 0
    assert await accepted(doors, FEW, "b@exemple.test") == 5


async def test_every_window_of_a_rule_holds(door: Door) -> None:
    rule = Rule("two", ((3, 1), (4, 300)))
    rated = door()
    assert await accepted([rated], rule, MAIL) == 3
    await asyncio.sleep(1.1)
    assert await accepted([rated], rule, MAIL) == 1


@pytest.mark.parametrize("redis_url", ["here", None])
async def test_a_window_ends(door: Door, redis_url: str | None) -> None:
    rated = door() if redis_url == "here" else door(redis_url)
    rule = Rule("short", ((2, 1),))
    assert await accepted([rated], rule, MAIL) == 2
    await asyncio.sleep(1.2)
    assert await accepted([rated], rule, MAIL) == 2


async def test_two_instances_that_share_a_redis_do_not_count_for_each_other(door: Door) -> None:
    one, other = door(), door(secret="t" * 32)
    assert await accepted([one], FEW, MAIL) == 5
    assert await accepted([other], FEW, MAIL) == 5


async def test_an_ipv6_network_is_one_client_and_a_mapped_address_its_ipv4(door: Door) -> None:
    rated = door()
    assert await accepted([rated], FEW, "2001:db8:0:1::1") == 5
    assert await accepted([rated], FEW, "2001:db8:0:1:ffff::9") == 0
    assert await accepted([rated], FEW, "2001:db8:0:2::1") == 5
    assert await accepted([rated], FEW, "::ffff:192.0.2.9") == 5
    assert await accepted([rated], FEW, "192.0.2.9") == 0


async def test_without_redis_what_guards_nothing_is_let_through(door: Door) -> None:
    assert await accepted([door(None)], Rule("open", ((1, 300),), guards=False), MAIL, tries=9) == 9


async def test_a_redis_that_swallows_everything_slows_one_request_and_not_the_next(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "PATIENCE", 0.3)

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(swallow, "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    rated = door(f"redis://127.0.0.1:{port}/0")
    spent = []
    for _ in range(5):
        started = time.monotonic()
        await rated.hit(FEW, MAIL)
        spent.append(time.monotonic() - started)
    with pytest.raises(TooOften):
        await rated.hit(FEW, MAIL)
    assert spent[0] >= 0.25
    assert max(spent[1:]) < 0.2
    server.close()


async def test_a_redis_that_comes_back_is_asked_again(
    door: Door, addresses: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "ASK_AGAIN", 0.05)
    rated = door()
    real = rated._in_redis

    async def broken(_count: object) -> int | None:
        raise ConnectionError

    monkeypatch.setattr(rated, "_in_redis", broken)
    await rated.hit(FEW, MAIL)
    assert rated._away_until
    monkeypatch.setattr(rated, "_in_redis", real)
    await asyncio.sleep(0.1)
    await rated.hit(FEW, "the one request that asks")
    assert not rated._away_until
    assert await accepted([rated], FEW, MAIL) == 5


@pytest.mark.parametrize("redis_url", ["here", None])
async def test_a_third_party_cannot_lock_somebody_out_of_their_own_place(
    door: Door, redis_url: str | None
) -> None:
    rated = door() if redis_url == "here" else door(redis_url)
    await rated.hit(SIGN_IN, HERE, MAIL)
    await rated.passed(SIGN_IN, HERE, MAIL)
    for number in range(60):  # many addresses, all against one account
        try:
            await rated.hit(SIGN_IN, f"198.51.100.{number}", MAIL)
        except TooOften as refusal:
            said = refusal
    assert said.seconds > 3000, "the account's own limit holds against addresses that nobody knows"
    assert "minutes" in str(said)
    assert await accepted([rated], SIGN_IN, HERE, MAIL) == 10, (
        "its owner gets in from theirs, at the pair's pace"
    )
    with pytest.raises(TooOften):
        await rated.hit(SIGN_IN, THERE, MAIL)


async def test_one_address_that_tries_many_accounts_is_stopped(door: Door) -> None:
    rated, refused = door(), 0
    for number in range(110):
        try:
            await rated.hit(SIGN_IN, HERE, f"{number}@exemple.test")
        except TooOften:
            refused += 1
    assert refused == 10


async def test_an_address_that_many_share_is_held_less_than_one_account_from_it(door: Door) -> None:
    rule = Rule("shared", ((2, 300),), from_address=((6, 300),), on_account=((4, 300),))
    rated = door()
    assert await accepted([rated], rule, HERE, MAIL) == 2
    assert await accepted([rated], rule, HERE, "b@exemple.test") == 2
    assert await accepted([rated], rule, HERE) == 2, "the address alone, which already tried four times"
    assert await accepted([rated], rule, "une session") == 2


async def test_a_right_password_forgets_the_wrong_ones_before_it(door: Door) -> None:
    for rated in (door(), door(None)):
        mail = f"{id(rated)}@exemple.test"
        for _ in range(3):
            assert await accepted([rated], SIGN_IN, HERE, mail, tries=8) == 8
            await rated.passed(SIGN_IN, HERE, mail)


async def test_no_address_and_no_email_is_kept_and_the_application_reads_no_count(
    world: World, door: Door, database_urls: dict[str, str]
) -> None:
    rated = door(None)
    await rated.hit(SIGN_IN, HERE, MAIL)
    await rated.passed(SIGN_IN, HERE, MAIL)
    kept = str(
        await world.sql(
            "select json_agg(t) from (select key from try_count union select key from own_place) t"
        )
    )
    assert (MAIL in kept, HERE in kept, len(kept) > 100) == (False, False, True)
    database = Database(database_urls["app"], pool_size=1)
    for statement in (
        "select * from try_count", "delete from try_count", "update own_place set expires_at = now() + interval '9 years'",
        "insert into own_place (key, expires_at) values ('x', now() + interval '9 years')",
    ):  # fmt: skip
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with database.transaction(ANONYMOUS) as session:
                await session.execute(text(statement))
    await database.close()


async def test_ended_counts_and_places_are_forgotten(world: World, door: Door) -> None:
    rated = door(None)
    await rated.hit(FEW, MAIL)
    await rated.passed(SIGN_IN, HERE, MAIL)
    await prune(world.as_worker)
    rows = "select (select count(*) from try_count) + (select count(*) from own_place)"
    assert await world.sql(rows) == 2
    await world.sql("update try_count set expires_at = now()")
    await world.sql("update own_place set expires_at = now()")
    await prune(world.as_worker)
    assert await world.sql(rows) == 0


# through the application


@asynccontextmanager
async def opened(settings: Settings, **groups: dict[str, object]) -> AsyncIterator[World]:
    async with World.open(changed(settings, **groups)) as world:
        yield world


async def test_sign_in_is_refused_kindly_after_ten_tries_whatever_the_visitor_says_of_their_address(
    world: World,
) -> None:
    answers = [
        await world.http.post(
            "/api/v1/sessions",
            json={"email": MAIL, "password": "x"},
            headers={"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"},
        )
        for number in range(12)
    ]
    assert [answer.status_code for answer in answers] == [403] * 10 + [429] * 2
    problem = answers[-1].json()
    assert problem["code"] == "too_often"
    assert 0 < int(answers[-1].headers["retry-after"]) == problem["facts"]["seconds"] <= 300
    page = await world.http.post("/connexion", data={"email": MAIL, "password": "x"})
    assert (page.status_code, page.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert "Rien n’est bloqué" in page.text
    assert int(page.headers["retry-after"]) > 0
    other = await world.http.post("/api/v1/sessions", json={"email": "b@exemple.test", "password": "x"})
    assert other.status_code == 403


async def test_a_right_password_is_refused_too_once_the_limit_is_reached_and_works_from_elsewhere(
    world: World,
) -> None:
    town = await world.town()
    assert town.organisation is not None
    person = await world.member(town.organisation, TOWN_ROLES, password="un mot de passe assez long")
    email = f"{person.actor.name.lower().replace(' ', '.')}@exemple.test"
    sent = {"email": email, "password": "un mot de passe assez long"}
    async with visitor(world.app, HERE) as attacker, visitor(world.app, THERE) as owner:
        for _ in range(10):
            await attacker.post("/api/v1/sessions", json=sent | {"password": "faux"})
        assert (await attacker.post("/api/v1/sessions", json=sent)).status_code == 429
        assert (await owner.post("/api/v1/sessions", json=sent)).status_code == 201


async def test_an_address_that_asks_without_end_is_held_and_a_key_or_another_address_is_not(
    settings: Settings,
) -> None:
    async with opened(settings, web={"requests_per_minute": 8}) as world, visitor(world.app, HERE) as endless:
        asked = [await endless.get("/api/v1/towns?q=vierzon") for _ in range(10)]
        assert [answer.status_code for answer in asked] == [200] * 8 + [429] * 2
        page = await endless.get("/solutions")
        assert (page.status_code, "Un instant" in page.text) == (429, True)
        assert (await endless.get("/static/site.css")).status_code == 200
        assert (await endless.get("/healthz")).status_code == 200
        town = await world.town()
        assert (await endless.get("/api/v1/me", headers=town.headers)).status_code == 200
        async with visitor(world.app, THERE) as other:
            assert (await other.get("/solutions")).status_code == 200


async def test_exports_are_held_by_organisation(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    import marketplace.app

    monkeypatch.setattr(marketplace.app, "EXPORT", Rule("export", ((2, 300),), guards=False))
    town, other = await world.town(), await world.town("18033")
    at = "/factures.csv"
    asked = [(await world.http.get(at, headers=town.headers)).status_code for _ in range(3)]
    assert asked == [200, 200, 429]
    assert (await world.http.get(at, headers=other.headers)).status_code == 200


async def test_sign_in_works_and_is_held_while_redis_is_away(settings: Settings) -> None:
    async with opened(settings, queue={"url": DEAD}) as world:
        codes = [
            (await world.http.post("/api/v1/sessions", json={"email": MAIL, "password": "x"})).status_code
            for _ in range(11)
        ]
        assert codes == [403] * 10 + [429]
        assert (await world.http.get("/solutions")).status_code == 200
        assert await world.sql("select max(tries) from try_count") == 11
