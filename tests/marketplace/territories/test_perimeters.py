"""A perimeter is a set of communes of one year: commune ⊂ EPCI ⊂ department ⊂ region."""

import pytest

from marketplace.actor import ANONYMOUS
from marketplace.errors import Invalid
from marketplace.territories import COG_YEAR
from marketplace.territories.perimeters import Perimeter, Scale, perimeter_of
from tests.support.world import World


async def test_each_scale_contains_the_one_below(world: World) -> None:
    vierzon = await world.visitor.read("/towns/18279")
    async with world.as_worker.reading(ANONYMOUS) as reads:
        commune, epci, department, region = [
            await perimeter_of(reads, scale, code)
            for scale, code in (
                (Scale.COMMUNE, "18279"), (Scale.EPCI, vierzon["epci"]["code"]), (Scale.DEPARTMENT, "18"), (Scale.REGION, "24"),
            )
        ]  # fmt: skip
        other = await perimeter_of(reads, Scale.DEPARTMENT, "42")
        with pytest.raises(Invalid) as refused:
            await perimeter_of(reads, Scale.EPCI, "000000000")
    assert refused.value.fields[0].code == "unknown_area"
    assert commune == Perimeter(COG_YEAR, frozenset({"18279"}))
    assert epci.contains(commune)
    assert region.contains(department)
    assert department.communes > commune.communes
    assert not commune.contains(epci)
    assert not department.contains(other)


def test_perimeters_of_two_years_are_never_compared() -> None:
    with pytest.raises(ValueError, match="bring them to one COG year"):
        Perimeter(2025, frozenset({"18279"})).contains(Perimeter(2026, frozenset({"18279"})))
