"""The index names its state, keeps its counts exact whoever writes at once, and says when it is of another making."""

import asyncio
from dataclasses import replace

from marketplace.actor import SYSTEM
from search.engines.postgres import PostgresEngine
from tests.search.engines.benches import Bench, sheet
from tests.support.world import World

LAMP, LEAK = (
    sheet("Kit Lumière", "Télégestion."),
    sheet("Goutte", "Fuites d’eau.", domains=("eau-assainissement",)),
)
EXACT = """
select coalesce(bool_and(s.entries = coalesce(p.n, 0)), true) from search_stem s
full join (select key, count(*) n from search_posting where key not like '% %' group by key) p on p.key = s.stem
"""


async def state(bench: Bench) -> str:
    return (await bench.finds()).index


async def test_the_same_sheets_have_the_same_name_whatever_happened_between(world: World) -> None:
    bench = Bench(world, PostgresEngine())
    empty = await state(bench)
    await bench.puts(LAMP)
    one = await state(bench)
    await bench.puts(LEAK)
    two = await state(bench)
    assert len({empty, one, two}) == 3
    await bench.puts(LAMP, LEAK)
    assert await state(bench) == (await bench.finds("fuites")).index == two
    await bench.puts(replace(LAMP, references=4))
    assert await state(bench) not in {empty, one, two}
    await bench.rebuilds(LEAK, LAMP)
    assert await state(bench) == two
    await bench.removes(LEAK.id)
    assert await state(bench) == one
    await bench.removes(LAMP.id, LEAK.id)
    assert await state(bench) == empty


async def test_writers_at_once_wait_for_each_other_lose_nothing_and_count_exactly(world: World) -> None:
    bench = Bench(world, PostgresEngine())
    sheets = [sheet(f"Borne {number}", "Borne de recharge et capteur.") for number in range(12)]
    await bench.puts(*sheets[:6])
    await asyncio.gather(
        bench.puts(*sheets[3:9]), bench.puts(*reversed(sheets[5:])), bench.rebuilds(*sheets), bench.puts(*sheets),
        bench.removes(sheets[0].id), bench.removes(sheets[0].id, sheets[1].id),
    )  # fmt: skip
    await bench.puts(*sheets)
    assert (await bench.finds("recharge")).total == len(sheets)
    assert await world.sql("select entries from search_state") == len(sheets)
    assert await world.sql(EXACT) is True
    assert await world.sql("select entries from search_stem where stem = 'born'") == len(sheets)
    await bench.removes(*(one.id for one in sheets))
    assert await world.sql("select count(*) from search_posting") == 0
    assert await world.sql(EXACT) is True
    assert (await bench.finds("recharge")).total == 0


async def test_one_call_may_hold_a_sheet_twice_the_last_is_kept(world: World) -> None:
    bench = Bench(world, PostgresEngine())
    await bench.puts(LAMP, replace(LAMP, name="Kit Solaire"))
    assert await bench.names() == ["Kit Solaire"]
    assert await world.sql("select entries from search_state") == 1
    assert await world.sql(EXACT) is True


async def test_an_index_of_other_rules_is_outdated_until_it_is_rebuilt(world: World) -> None:
    bench = Bench(world, PostgresEngine())
    await bench.rebuilds(LAMP)
    async with world.as_worker.reading(SYSTEM) as reads:
        assert not await PostgresEngine().outdated(reads)
    await world.sql("update search_state set language = 'autre'")
    async with world.as_worker.reading(SYSTEM) as reads:
        assert await PostgresEngine().outdated(reads)


async def test_when_few_sheets_say_the_words_those_of_the_domain_follow(world: World) -> None:
    bench = Bench(world, PostgresEngine())
    await bench.puts(LAMP, LEAK, sheet("Nuit calme", "Abaisse la puissance."))
    assert await bench.names("télégestion") == ["Kit Lumière", "Nuit calme"]
    assert await bench.names("télégestion", domains=("eau-assainissement",)) == []
