"""Of two errors, the one that the contract's order puts first is reported, wherever it stands in the file."""

import pytest

from marketplace.errors import Invalid
from procurement.allocation import read
from tests.procurement.allocation.plans import as_bytes, worked

# Each error comes before all those below it.
IN_ORDER = [
    ("extra", lambda v: v.update(extra=1)),
    ("rule", lambda v: v.update(rule="x")),
    ("towns[0].x", lambda v: v["towns"][0].update(x=1)),
    ("towns[0].id", lambda v: v["towns"][0].update(id="")),
    ("towns[0].siren", lambda v: v["towns"][0].update(siren="1")),
    ("towns[0].population", lambda v: v["towns"][0].update(population=-1)),
    ("towns[0].committed_at", lambda v: v["towns"][0].update(committed_at="x")),
    ("towns[1].id", lambda v: v["towns"][1].update(id="C2")),
    ("towns[2].id", lambda v: v["towns"][2].update(id="C2")),
    ("lines[0].x", lambda v: v["lines"][0].update(x=1)),
    ("lines[0].id", lambda v: v["lines"][0].update(id=1)),
    ("lines[0].unit", lambda v: v["lines"][0].update(unit="")),
    ("lines[0].decimals", lambda v: v["lines"][0].update(decimals=True)),
    ("lines[0].pack", lambda v: v["lines"][0].update(pack="0")),
    ("lines[0].vat_rate", lambda v: v["lines"][0].update(vat_rate=20)),
    ("lines[0].supply_limit", lambda v: v["lines"][0].update(supply_limit="-1")),
    ("lines[0].tiers.x", lambda v: v["lines"][0]["tiers"].update(x=1)),
    ("lines[0].tiers.mode", lambda v: v["lines"][0]["tiers"].update(mode="x")),
    ("lines[0].tiers.steps[0].x", lambda v: v["lines"][0]["tiers"]["steps"][0].update(x=1)),
    ("lines[0].tiers.steps[0].from", lambda v: v["lines"][0]["tiers"]["steps"][0].update({"from": "1"})),
    (
        "lines[0].tiers.steps[0].unit_price_cents",
        lambda v: v["lines"][0]["tiers"]["steps"][0].update(unit_price_cents=""),
    ),
    ("lines[0].tiers.steps[1].from", lambda v: v["lines"][0]["tiers"]["steps"][1].update({"from": "0"})),
    ("lines[0].tiers.steps[2].x", lambda v: v["lines"][0]["tiers"]["steps"][2].update(x=1)),
    ("lines[0].needs[0].x", lambda v: v["lines"][0]["needs"][0].update(x=1)),
    ("lines[0].needs[0].town", lambda v: v["lines"][0]["needs"][0].update(town="Z")),
    ("lines[0].needs[0].firm", lambda v: v["lines"][0]["needs"][0].update(firm=1)),
    ("lines[0].needs[0].tolerance", lambda v: v["lines"][0]["needs"][0].update(tolerance="x")),
    ("lines[0].needs[0].max", lambda v: v["lines"][0]["needs"][0].update(max="1")),
    ("lines[0].needs[1].firm", lambda v: v["lines"][0]["needs"][1].update(firm="1.5")),
    ("lines[1]", lambda v: v["lines"].append(None)),
    ("shared_costs[0].x", lambda v: v["shared_costs"][0].update(x=1)),
    ("shared_costs[0].id", lambda v: v["shared_costs"][0].update(id="")),
    ("shared_costs[0].amount_cents", lambda v: v["shared_costs"][0].update(amount_cents="1")),
    ("shared_costs[0].vat_rate", lambda v: v["shared_costs"][0].update(vat_rate="x")),
    ("shared_costs[0].split", lambda v: v["shared_costs"][0].update(split="x")),
]


def reported(value):
    with pytest.raises(Invalid) as caught:
        read(as_bytes(value), "plan.json")
    (field,) = caught.value.fields
    return field.path


def reversed_keys(value):
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return [reversed_keys(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("first", range(len(IN_ORDER)), ids=[path for path, _ in IN_ORDER])
def test_of_all_the_errors_from_here_on_the_first_is_reported(first):
    value = worked()
    for _, spoil in IN_ORDER[first:]:
        spoil(value)
    # "C2" is a duplicate id only together with the other; alone it makes needs unknown, which comes later.
    path = IN_ORDER[first][0]
    expected = {"towns[1].id": "towns[2].id", "towns[2].id": "lines[0].x"}.get(path, path)
    assert reported(value) == expected
    assert reported(reversed_keys(value)) == expected


def test_unknown_keys_come_before_missing_ones_and_those_before_repeated_ones():
    start = b'{"towns":[{"id":"A","id":"A",'
    assert reported_bytes(start + b'"x":1}],"lines":[]}') == "towns[0].x"
    assert reported_bytes(start + b'"siren":null}],"lines":[]}') == "towns[0].population"
    whole = b'"siren":null,"population":-1,"committed_at":""}],"lines":[]}'
    assert reported_bytes(start + whole) == "towns[0].id"


def reported_bytes(data):
    with pytest.raises(Invalid) as caught:
        read(data, "plan.json")
    return caught.value.fields[0].path


def test_no_need_comes_after_the_lines_and_before_the_shared_costs():
    value = worked()
    value["lines"][0]["needs"] = []
    value["shared_costs"] = None
    assert reported(value) == "lines"
    value["lines"][0]["unit"] = ""
    assert reported(value) == "lines[0].unit"


def test_a_maximum_below_firm_is_said_at_max_although_the_tolerance_overshoots_too():
    value = worked()
    value["lines"][0]["needs"][0].update(tolerance="5", max="100")
    assert reported(value) == "lines[0].needs[0].max"
