"""How much two towns resemble each other: what must hold for any two, and what is said of real ones."""

import math
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.twins.similarity import (
    GROUPINGS,
    SIGNAL_NAMES,
    WEIGHTS,
    WHY,
    Kind,
    Profile,
    Signal,
    mean,
    most_at,
    ratio,
    similarity,
)
from search.twins.wording import all_said

VIERZON = Profile(
    "18279", "Vierzon", population=25068, epci_kind="CC", department="18", region="24", department_name="Cher",
    region_name="Centre-Val de Loire", main=True, share=0.71, programmes=frozenset({"acv"}), assets={"light_point": Decimal(6200)},
)  # fmt: skip
SAINT_PIERRE = Profile(
    "97416", "Saint-Pierre", population=84982, epci_kind="CA", department="974", region="04", department_name="La Réunion", main=True, share=0.48,
)  # fmt: skip

figures = st.one_of(st.none(), st.integers(0, 3_000_000))
assets = st.dictionaries(
    st.sampled_from(["light_point", "building", "km"]), st.decimals(0, 99_999, places=1), max_size=3
)


@st.composite
def profiles(draw: st.DrawFn, kinds: tuple[Kind, ...] = tuple(Kind)) -> Profile:
    kind = draw(st.sampled_from(kinds))
    department, region = draw(st.sampled_from([("18", "24"), ("36", "24"), ("58", "27"), ("974", "04"), ("971", "01")]))  # fmt: skip
    whole = kind is Kind.EPCI
    return Profile(
        code=draw(st.sampled_from(["1", "2", "3"])), name="X", kind=kind, population=draw(figures),
        epci_kind=draw(st.sampled_from([None, *GROUPINGS])), department=department, region=region,
        main=None if whole else draw(st.booleans()), share=None if whole else draw(st.floats(0, 1)),
        communes=draw(st.integers(1, 200)) if whole else None, programmes=draw(st.frozensets(st.sampled_from(["acv", "pvd"]))),
        assets=draw(assets),
    )  # fmt: skip


@given(profiles(), profiles())
def test_a_likeness_is_between_nothing_and_one_and_the_same_both_ways(a: Profile, b: Profile) -> None:
    one, other = similarity(a, b), similarity(b, a)
    assert 0 <= one.value <= 1 and one.value == other.value
    assert [(r.signal, r.value, r.weight) for r in one.reasons] == [
        (r.signal, r.value, r.weight) for r in other.reasons
    ]
    assert all(0 <= reason.value <= 1 for reason in one.reasons) and one.reasons


@given(profiles())
def test_a_town_is_wholly_like_itself_whatever_is_known_of_it(a: Profile) -> None:
    assert similarity(a, a).value == 1


@given(
    profiles((Kind.COMMUNE, Kind.EPCI)),
    profiles((Kind.COMMUNE, Kind.EPCI)),
    st.integers(1, 10**6),
    st.integers(1, 10**6),
)
def test_all_else_equal_the_nearer_population_is_at_least_as_like(a: Profile, b: Profile, one: int, two: int) -> None:  # fmt: skip
    a = replace(a, code="1", population=a.population or 500)
    b = replace(b, code="2", kind=a.kind, main=a.main, share=a.share, communes=a.communes)
    near, far = sorted((one, two), key=lambda p: abs(math.log(p) - math.log(a.population or 1)))
    assert similarity(a, replace(b, population=near)).value >= similarity(a, replace(b, population=far)).value - 1e-9  # fmt: skip


@given(profiles((Kind.COMMUNE,)), profiles((Kind.COMMUNE,)))
def test_the_value_is_the_weighted_mean_of_the_reasons_and_no_town_passes_the_bound(a: Profile, b: Profile) -> None:  # fmt: skip
    a, b = (
        replace(a, code="1", population=a.population or 7),
        replace(b, code="2", population=b.population or 9),
    )
    found = similarity(a, b)
    assert found.value == pytest.approx(mean({reason.signal: reason.value for reason in found.reasons}))
    assert found.value <= most_at(a, ratio(a.population or 0, b.population or 0)) + 1e-9, (
        "else a search outward would stop too early"
    )


def test_every_signal_has_its_weight_its_name_and_its_reason() -> None:
    assert set(WEIGHTS) == set(SIGNAL_NAMES) == set(WHY) == set(Signal)
    assert sum(WEIGHTS.values()) == 100


def test_what_one_of_the_two_does_not_say_counts_neither_for_nor_against() -> None:
    silent = replace(VIERZON, code="0", assets={})
    assert similarity(VIERZON, silent).value == 1
    other = replace(silent, assets={"building": Decimal(3)})
    assert similarity(VIERZON, other).value == 1, "figures of different things are not compared"
    twice = replace(silent, assets={"light_point": Decimal(3100)})
    assert similarity(VIERZON, twice).value == pytest.approx((85 + 15 * 0.5) / 100)
    none = replace(VIERZON, code="0", epci_kind=None)
    assert Signal.GROUPING not in {reason.signal for reason in similarity(VIERZON, none).reasons}


def test_bodies_of_different_kinds_or_of_unknown_population_have_nothing_in_common_and_say_so() -> None:
    epci = Profile("200090561", "CC", Kind.EPCI, population=25000, department="18", communes=10)
    syndicat = Profile("251800001", "SIAEP", Kind.OTHER)
    unknown = replace(VIERZON, code="0", population=None)
    for other, words in ((epci, "ne se comparent pas"), (unknown, "population inconnue")):
        found = similarity(VIERZON, other)
        assert found.value == 0 and words in all_said(found)
    assert similarity(syndicat, replace(syndicat, code="1")).value == 0
    assert "syndicat" in all_said(similarity(syndicat, replace(syndicat, code="1")))
    assert similarity(syndicat, syndicat).value == 1


def test_reasons_say_the_facts_as_somebody_of_the_town_reads_them() -> None:
    near = replace(
        VIERZON,
        code="0",
        population=25725,
        share=0.64,
        department="36",
        assets={"light_point": Decimal(5900)},
    )
    assert all_said(similarity(VIERZON, near)).replace("\u202f", " ").replace("\xa0", " ") == (
        "25 725 habitants, comme vous (25 068) ; communauté de communes, comme vous ; plus grande commune de son intercommunalité, comme vous :"
        " 64 % des habitants (vous : 71 %) ; même région : Centre-Val de Loire ; Action Cœur de Ville, comme vous ; 5 900 points lumineux (vous : 6 200)"
    )
    far = all_said(similarity(VIERZON, SAINT_PIERRE), "Vierzon").replace("\u202f", " ").replace("\xa0", " ")
    assert "84 982 habitants (Vierzon : 25 068)" in far and "Action Cœur de Ville" in far
    assert "communauté d’agglomération (Vierzon : communauté de communes)" in far and "vous" not in far
    overseas = similarity(SAINT_PIERRE, replace(VIERZON, programmes=frozenset()))
    assert {reason.signal: reason.value for reason in overseas.reasons}[Signal.AREA] == 0
