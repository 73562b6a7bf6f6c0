"""The embedded engine says which words it read otherwise; Meilisearch corrects without saying."""

from search.engines.postgres import PostgresEngine
from tests.search.engines.benches import Bench, sheet
from tests.support.world import World


async def test_a_correction_is_said_and_an_exact_word_is_not_corrected(world: World) -> None:
    bench = Bench(world, PostgresEngine())
    await bench.puts(sheet("Nuit calme", "Abaisse les lampadaires la nuit."))
    mistyped, exact = await bench.finds("lampadiares"), await bench.finds("lampadaires")
    assert mistyped.corrected == (("lampadiares", "lampadaires"),)
    assert exact.corrected == ()
