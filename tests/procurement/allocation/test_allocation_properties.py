"""What must hold for every plan, whatever it says."""

import json
import random
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from marketplace.errors import Invalid
from procurement.allocation import consolidate, document_bytes, read
from tests.procurement.allocation.plans import as_bytes

RULES = ["pro_rata_firm", "commitment_order", "equal", "smaller_first"]
SPLITS = ["equal", "quantity", "amount", "population"]
INSTANTS = [
    "2026-03-01T10:00:00Z",
    "2026-03-01T11:00:00+01:00",
    "2026-03-01T10:00:01Z",
    "2026-02-01T00:00:00-05:00",
]
CENTS = st.integers(0, 50_000)


@st.composite
def written(draw, decimals, most=60):
    units = draw(st.integers(0, most * 10**decimals))
    return format(Decimal(units).scaleb(-decimals), "f")


@st.composite
def towns(draw):
    names = draw(st.lists(st.sampled_from("ABCDEéz"), unique=True, min_size=1, max_size=5))
    return [
        {
            "id": name,
            "siren": draw(st.sampled_from([None, "000000001", "000000002"])),
            "population": draw(st.integers(0, 3)),
            "committed_at": draw(st.sampled_from(INSTANTS)),
        }
        for name in names
    ]


@st.composite
def a_line(draw, name, names):
    decimals = draw(st.integers(0, 2))
    starts = sorted(draw(st.sets(st.integers(1, 150), max_size=4)))
    present = draw(st.lists(st.sampled_from(names), unique=True))
    pack = draw(st.integers(1, 30 * 10**decimals))
    return {
        "id": name,
        "unit": "point",
        "decimals": decimals,
        "pack": format(Decimal(pack).scaleb(-decimals), "f"),
        "vat_rate": draw(st.sampled_from(["0", "5.5", "5.50", "20", "20.0"])),
        "supply_limit": draw(st.none() | written(decimals, 200)),
        "tiers": {
            "mode": draw(st.sampled_from(["all_units", "graduated"])),
            "steps": [{"from": str(start), "unit_price_cents": draw(CENTS)} for start in [0, *starts]],
        },
        "needs": [
            {"town": town, "firm": draw(written(decimals)), "tolerance": draw(written(decimals, 15))}
            for town in present
        ],
    }


@st.composite
def plans(draw):
    listed = draw(towns())
    names = [town["id"] for town in listed]
    lines = [
        draw(a_line(name, names)) for name in draw(st.lists(st.sampled_from("KLM"), unique=True, min_size=1))
    ]
    if not any(line["needs"] for line in lines):
        lines[0]["needs"] = [{"town": names[0], "firm": "1", "tolerance": "2"}]
    costs = [
        {"id": name, "amount_cents": draw(CENTS), "vat_rate": "20", "split": draw(st.sampled_from(SPLITS))}
        for name in draw(st.lists(st.sampled_from("xyz"), unique=True))
    ]
    return {"towns": listed, "lines": lines, "rule": draw(st.sampled_from(RULES)), "shared_costs": costs}


def consolidated(value):
    return consolidate(read(as_bytes(value), "x"))


@settings(max_examples=80, deadline=None)
@given(plans())
def test_the_parts_are_the_whole(value):
    result = consolidated(value)
    for line in result.lines:
        assert sum((part.quantity for part in line.towns), line.unallocated) == line.quantity
        assert sum((part.ht for part in line.towns), line.unallocated_ht) == line.total
        assert line.unallocated_ht >= 0
        for proposal in line.proposals:
            firm = sum(
                Decimal(need["firm"])
                for given in value["lines"]
                if given["id"] == line.id
                for need in given["needs"]
            )
            assert sum((extra.quantity for extra in proposal.extra), firm) == proposal.quantity
            assert proposal.saving == line.total - proposal.total > 0
    amounts = {cost["id"]: cost["amount_cents"] for cost in value["shared_costs"]}
    for cost in result.shared_costs:
        assert sum(share.ht for share in cost.towns) == amounts[cost.id]
        assert [share.town for share in cost.towns] == sorted(town["id"] for town in value["towns"])
    billed = sum(line.total - line.unallocated_ht for line in result.lines) + sum(amounts.values())
    assert result.totals.ht == billed == sum(bill.ht for bill in result.towns)
    assert result.totals.ttc == result.totals.ht + result.totals.vat
    for bill in result.towns:
        assert bill.ht == sum(row.base for row in bill.vat_rows)
        assert all(row.base for row in bill.vat_rows)
        assert len({row.rate for row in bill.vat_rows}) == len(bill.vat_rows)


@settings(max_examples=80, deadline=None)
@given(plans())
def test_nobody_gets_more_than_its_tolerance_nor_less_than_its_firm_need_unless_supply_is_short(value):
    result = consolidated(value)
    given_lines = {line["id"]: line for line in value["lines"]}
    for line in result.lines:
        given_line = given_lines[line.id]
        needs = {need["town"]: need for need in given_line["needs"]}
        assert [part.town for part in line.towns] == sorted(needs)
        assert line.quantity % Decimal(given_line["pack"]) == 0
        for part in line.towns:
            firm, tolerance = Decimal(needs[part.town]["firm"]), Decimal(needs[part.town]["tolerance"])
            if line.short:
                assert part.quantity <= firm
            else:
                assert firm <= part.quantity <= firm + tolerance
            assert part.sentence
        firm_total = sum(Decimal(need["firm"]) for need in needs.values())
        if line.short:
            assert line.quantity < firm_total
            assert line.quantity <= Decimal(given_line["supply_limit"])
            assert (line.unallocated, line.proposals) == (0, ())
        else:
            assert 0 <= line.quantity - firm_total < Decimal(given_line["pack"])
            if line.unallocated:
                assert all(
                    part.quantity == sum(Decimal(needs[part.town][k]) for k in ("firm", "tolerance"))
                    for part in line.towns
                )


@settings(max_examples=60, deadline=None)
@given(plans(), st.randoms(use_true_random=False))
def test_the_order_of_anything_in_the_file_never_changes_the_bytes(value, chance):
    first = document_bytes(consolidated(value))
    assert document_bytes(consolidated(value)) == first
    assert document_bytes(consolidated(shuffled(value, chance))) == first


def shuffled(value, chance: random.Random):
    """`value` with keys and lists in another order; steps keep theirs, being required to increase."""
    if isinstance(value, dict):
        keys = chance.sample(list(value), len(value))
        return {key: value[key] if key == "steps" else shuffled(value[key], chance) for key in keys}
    if isinstance(value, list):
        return [shuffled(item, chance) for item in chance.sample(value, len(value))]
    return value


def naive(rule, limit, needs, population):
    """Shortage rules, said another way: unit by unit. `needs` runs in tie order."""
    got = dict.fromkeys(needs, 0)
    if rule == "equal":
        while limit:
            for town in needs:
                if limit and got[town] < needs[town]:
                    got[town] += 1
                    limit -= 1
        return got
    if rule == "pro_rata_firm":
        whole = sum(needs.values())
        exact = {town: Fraction(limit * need, whole) for town, need in needs.items()}
        got = {town: int(share) for town, share in exact.items()}
        for town in sorted(needs, key=lambda town: got[town] - exact[town])[: limit - sum(got.values())]:
            got[town] += 1
        return got
    for town in sorted(needs, key=lambda town: population[town] if rule == "smaller_first" else 0):
        got[town] = min(needs[town], limit)
        limit -= got[town]
    return got


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(RULES),
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), min_size=1, max_size=6),
    st.data(),
)
def test_short_supply_is_shared_as_a_naive_reading_of_the_rules_would(rule, rows, data):
    needs = {f"t{i}": firm for i, (firm, _) in enumerate(rows)}
    population = {f"t{i}": people for i, (_, people) in enumerate(rows)}
    assume(sum(needs.values()))
    limit = data.draw(st.integers(0, sum(needs.values()) - 1))
    value = {
        "rule": rule,
        "towns": [
            {
                "id": name,
                "siren": None,
                "population": population[name],
                "committed_at": f"2026-03-01T10:00:0{i}Z",
            }
            for i, name in enumerate(needs)
        ],
        "lines": [
            {
                "id": "L",
                "unit": "u",
                "decimals": 0,
                "vat_rate": "20",
                "supply_limit": str(limit),
                "tiers": {"mode": "all_units", "steps": [{"from": "0", "unit_price_cents": 1}]},
                "needs": [
                    {"town": name, "firm": str(firm), "tolerance": "3"} for name, firm in needs.items()
                ],
            }
        ],
    }
    got = {part.town: int(part.quantity) for part in consolidated(value).lines[0].towns}
    assert got == naive(rule, limit, needs, population)


@settings(max_examples=30, deadline=None)
@given(plans())
def test_the_document_is_what_plain_json_tools_would_write(value):
    printed = document_bytes(consolidated(value))
    assert (
        printed == json.dumps(json.loads(printed), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    )
    assert b"." not in b"".join(part for part in printed.split(b'"')[::2])  # no float outside a string


@settings(max_examples=120, deadline=None)
@given(
    st.binary(max_size=40) | st.text(alphabet='{}[]",:0123.eE-truefalsn\\ud8', max_size=40).map(str.encode)
)
def test_no_bytes_crash_the_reader(data):
    with suppress(Invalid):
        read(data, "x")
