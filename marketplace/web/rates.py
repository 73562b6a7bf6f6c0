"""How often something may be tried: atomic counts across processes.

A handler says what is tried and by whom: `await request.app.state.rates.hit(SIGN_IN, client_address(request), email)`; the first
subject that is over its limit raises `TooOften` (429, with the seconds to wait). A refused try is not counted.

Counts are kept in Redis (moving windows, one script a try) under keyed hashes: no address or e-mail is stored. While
Redis is away, rules that guard something are counted in PostgreSQL (`rate_counts.py`), the others let through; a dead
Redis is asked again every `ASK_AGAIN` seconds only, by one request, which waits `PATIENCE` at most. The two counts do not
know each other: when Redis goes or comes back, a limit can be reached once in each.

**Nobody can lock somebody else out.** A sign-in is held to ten tries in five minutes for one account *from one address*; the
limits of an address alone and of an account alone are far higher. The account's own limit, which many addresses together
could fill, is not held against an address from which its owner signed in before (`passed`): they get in, at the pair's pace.
"""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from math import ceil

from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import BlockingConnectionPool
from redis.exceptions import RedisError
from sqlalchemy.engine import make_url

from marketplace import logs
from marketplace.db import Database
from marketplace.errors import DomainError, Unavailable
from marketplace.web import rate_counts
from marketplace.words import N_

Windows = tuple[tuple[int, int], ...]

PATIENCE = 1.0
ASK_AGAIN = 10.0
OWN_PLACE = 90 * 86_400
"""How long an address stays known as its owner's, in seconds."""

log = logs.logger(__name__)


@dataclass(frozen=True, slots=True)
class Rule:
    """`windows`: so many in so many seconds, all of which must hold, for each subject apart.

    With `from_address`, an address given with another subject is held to `windows` for that subject alone, and to
    `from_address` in all: many people share one. `on_account` is what all addresses together may do to the other subject.
    `guards`: what it limits could be guessed or flooded, so it is counted in PostgreSQL while Redis is away.
    """

    name: str
    windows: Windows
    from_address: Windows = ()
    on_account: Windows = ()
    guards: bool = True


SIGN_IN = Rule(
    "sign_in",
    ((10, 300), (30, 3600)),
    from_address=((100, 300), (400, 3600)),
    on_account=((50, 3600), (100, 86_400)),
)
"""Subjects: the client's address and the account's e-mail. Call `passed` with the same once the password was right."""
SECOND_FACTOR = Rule("second_factor", ((5, 300), (20, 3600), (50, 86_400)))
"""Subject: the person, who has already given a right password."""
RESET = Rule("reset", ((5, 3600),), from_address=((50, 3600),), on_account=((5, 3600),))
SIGN_UP = Rule("sign_up", ((10, 3600),), from_address=((100, 3600),), on_account=((10, 3600),))
INVITE = Rule("invite", ((50, 3600),))
UPLOAD = Rule("upload", ((60, 300), (600, 86_400)))
"""Subject: the organisation, or the address of whoever acts for none."""
EXPORT = Rule("export", ((120, 300),), guards=False)
"""As `UPLOAD`, for tables and packs that leave."""
WEBHOOK_TEST = Rule("webhook_test", ((20, 3600),))


def requests_rule(per_minute: int) -> Rule:
    """What an address may ask without signing in: pages, searches and the API."""
    return Rule("requests", ((per_minute, 60),), guards=False)


class TooOften(DomainError):
    """Too many tries. `seconds`: how long to wait."""

    code = "too_often"
    sentence = N_("Trop d’essais en peu de temps : recommencez dans {seconds} secondes.")
    in_minutes = N_("Trop d’essais en peu de temps : recommencez dans {minutes} minutes.")

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds=seconds, minutes=ceil(seconds / 60))
        self.seconds = seconds
        if seconds > 120:
            self.sentence = self.in_minutes  # type: ignore[misc]


@dataclass(frozen=True, slots=True)
class _Count:
    """One window of one subject: at most `most` tries in `seconds`."""

    key: bytes
    most: int
    seconds: int

    @property
    def item(self) -> RateLimitItemPerSecond:
        return RateLimitItemPerSecond(self.most, self.seconds, namespace="lc")


class Rates:
    """The door to the counts of one instance."""

    def __init__(self, redis_url: str | None, *, secret: str, database_url: str) -> None:
        """`secret` and the database's name tell this instance's counts from another's in the same Redis."""
        self._key = hashlib.sha256(f"rates:{secret}:{make_url(database_url).database}".encode()).digest()
        self._database: Database | None = None
        self._pool: BlockingConnectionPool | None = None
        self._away_until = 0.0
        if redis_url:
            self._pool = BlockingConnectionPool.from_url(
                redis_url, max_connections=32, timeout=PATIENCE, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE
            )  # fmt: skip
            storage = RedisStorage(
                "async+redis://",
                implementation="redispy",
                key_prefix="rates",
                connection_pool=self._pool,  # type: ignore[arg-type]
            )
            self._limiter = MovingWindowRateLimiter(storage)

    def use(self, database: Database) -> None:
        """Where to count while Redis is away."""
        self._database = database

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.aclose()

    async def hit(self, rule: Rule, *subjects: str) -> None:
        """Count one try for `subjects` (see `Rule`). Raises `TooOften`; `Unavailable` when it cannot be counted."""
        addresses = [subject for subject in subjects if _is_address(subject)] if rule.from_address else []
        others = [subject for subject in subjects if subject not in addresses]
        if addresses and others:
            await self._hold(rule, rule.windows, *subjects)
        for address in addresses:
            await self._hold(rule, rule.from_address, "from", address)
        for other in others:
            if not addresses:
                await self._hold(rule, rule.windows, other)
            elif rule.on_account:
                try:
                    await self._hold(rule, rule.on_account, "on", other)
                except TooOften:
                    if not await self._is_own_place(rule, subjects):
                        raise

    async def passed(self, rule: Rule, *subjects: str) -> None:
        """The try was right: forget the earlier ones of these subjects together, and know their place as their own."""
        counts = list(self._counts(rule, rule.windows, *subjects))
        if await self._ask_redis():
            try:
                async with asyncio.timeout(PATIENCE):
                    for count in counts:
                        await self._limiter.clear(count.item, count.key.hex())
                self._away_until = 0.0
            except (RedisError, OSError) as error:
                self._is_away(error)
        await rate_counts.passed(
            self._needed_database(), self._digest(rule, "place", *subjects), OWN_PLACE, [count.key for count in counts]
        )  # fmt: skip

    async def _hold(self, rule: Rule, windows: Windows, *subject: str) -> None:
        for count in self._counts(rule, windows, *subject):
            wait = await self._wait(rule, count)
            if wait is not None:
                log.warning("too_often", rule=rule.name, seconds=wait)
                raise TooOften(max(1, wait))

    def _counts(self, rule: Rule, windows: Windows, *subject: str) -> Iterator[_Count]:
        for most, seconds in windows:
            yield _Count(self._digest(rule, str(seconds), *subject), most, seconds)

    async def _wait(self, rule: Rule, count: _Count) -> int | None:
        """Count one try. None when it is allowed, else the seconds to wait."""
        if await self._ask_redis():
            try:
                async with asyncio.timeout(PATIENCE):
                    wait = await self._in_redis(count)
            except (RedisError, OSError) as error:
                self._is_away(error)
            else:
                self._away_until = 0.0
                return wait
        if rule.guards:
            return await rate_counts.count(self._needed_database(), count.key, count.most, count.seconds)
        return None

    async def _in_redis(self, count: _Count) -> int | None:
        if await self._limiter.hit(count.item, count.key.hex()):
            return None
        stats = await self._limiter.get_window_stats(count.item, count.key.hex())
        return ceil(stats.reset_time - time.time())

    async def _ask_redis(self) -> bool:
        """Whether to ask Redis: not while it is known to be away, but for one request now and then."""
        if self._pool is None:
            return False
        if not self._away_until:
            return True
        if time.monotonic() < self._away_until:
            return False
        self._away_until = time.monotonic() + ASK_AGAIN  # this request asks; the others go on without
        return True

    def _is_away(self, error: Exception) -> None:
        if not self._away_until:
            log.error("rates_without_redis", cause=repr(error))
        self._away_until = time.monotonic() + ASK_AGAIN

    async def _is_own_place(self, rule: Rule, subjects: tuple[str, ...]) -> bool:
        return await rate_counts.is_own_place(self._needed_database(), self._digest(rule, "place", *subjects))

    def _needed_database(self) -> Database:
        if self._database is None:
            raise Unavailable
        return self._database

    def _digest(self, rule: Rule, *parts: str) -> bytes:
        said = "\0".join((rule.name, *(_subject(part) for part in parts)))
        return hmac.digest(self._key, said.encode(errors="replace"), "sha256")


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.strip())
    except ValueError:
        return None


def _is_address(text: str) -> bool:
    return _address(text) is not None


def _subject(text: str) -> str:
    """One subject however it is written: e-mails without case; of an IPv6 address, the network that one client owns."""
    address = _address(text)
    if address is None:
        return text.strip().casefold()
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return str(address)
