import json

import pytest

from marketplace.errors import Invalid
from procurement.allocation import consolidate, document_bytes, read, read_file
from tests.procurement.allocation.plans import as_bytes, worked

LINE = "lines[0]"
STEP = "lines[0].tiers.steps[1]"
NEED = "lines[0].needs[0]"


def refusal(data):
    """The one field error of a refused file."""
    with pytest.raises(Invalid) as caught:
        read(data if isinstance(data, bytes) else as_bytes(data), "plan.json")
    (field,) = caught.value.fields
    assert str(field)
    assert "\n" not in str(caught.value)
    return field


def place(value, path):
    """The container and last key of `path`: `lines[0].needs[0].firm`."""
    keys = [int(key) if key.isdigit() else key for key in path.replace("]", "").replace("[", ".").split(".")]
    for key in keys[:-1]:
        value = value[key]
    return value, keys[-1]


def put(path, wrong):
    value = worked()
    container, key = place(value, path)
    container[key] = wrong
    return value


def without(path):
    value = worked()
    container, key = place(value, path)
    del container[key]
    return value


@pytest.mark.parametrize(
    "path",
    [
        "towns", "lines", "towns[1].id", "towns[0].siren", "towns[0].population", "towns[0].committed_at",
        "lines[0].id", "lines[0].unit", "lines[0].decimals", "lines[0].vat_rate", "lines[0].tiers", "lines[0].needs",
        "lines[0].tiers.mode", "lines[0].tiers.steps", f"{STEP}.from", f"{STEP}.unit_price_cents",
        f"{NEED}.town", f"{NEED}.firm", "shared_costs[0].id", "shared_costs[0].amount_cents",
        "shared_costs[0].vat_rate", "shared_costs[0].split",
    ],
)  # fmt: skip
def test_a_missing_key_is_named(path):
    field = refusal(without(path))
    assert (field.path, field.code) == (path, "key_missing")


@pytest.mark.parametrize(
    "path",
    ["x", "towns[1].x", "lines[0].x", "lines[0].tiers.x", f"{STEP}.x", f"{NEED}.x", "shared_costs[0].x"],
)
def test_an_unknown_key_is_named(path):
    field = refusal(put(path, 1))
    assert (field.path, field.code) == (path, "key_unknown")


@pytest.mark.parametrize(
    "path", ["rule", "towns[1].id", "lines[0].pack", "lines[0].tiers.mode", f"{STEP}.from", f"{NEED}.max"]
)
def test_a_repeated_key_is_named_even_with_the_same_value(path):
    value = worked()
    container, key = place(value, path)
    container["TWICE"] = container[key]
    field = refusal(as_bytes(value).replace(b"TWICE", key.encode()))
    assert (field.path, field.code) == (path, "key_repeated")


NOT_TEXT = [None, 1, True, [], {}, ""]
NOT_NUMBERS = [
    None,
    12,
    True,
    [],
    "",
    " 1",
    "1 ",
    "1\n",
    "-1",
    "+1",
    "1.",
    ".5",
    "1e2",
    "1,5",
    "NaN",
    "Infinity",
    "٣",
    "1_0",
    "0x1",
]
NOT_NATURAL = [None, "1", True, False, 1.0, 1e2, -1, -1.5, [], {}]


@pytest.mark.parametrize(
    "path", ["towns[0].id", "lines[0].id", "lines[0].unit", f"{NEED}.town", "shared_costs[0].id"]
)
@pytest.mark.parametrize("wrong", NOT_TEXT)
def test_a_text_is_a_string_that_is_not_empty(path, wrong):
    assert refusal(put(path, wrong)).path == path


@pytest.mark.parametrize(
    "path",
    ["lines[0].pack", "lines[0].vat_rate", f"{STEP}.from", f"{NEED}.firm", f"{NEED}.tolerance", f"{NEED}.max",
     "shared_costs[0].vat_rate"],
)  # fmt: skip
@pytest.mark.parametrize("wrong", NOT_NUMBERS)
def test_a_number_is_digits_in_a_string(path, wrong):
    assert refusal(put(path, wrong)).path == path


@pytest.mark.parametrize("wrong", NOT_NUMBERS[1:])
def test_a_supply_limit_is_a_number_or_null(wrong):
    assert refusal(put("lines[0].supply_limit", wrong)).path == "lines[0].supply_limit"


@pytest.mark.parametrize(
    "path",
    ["towns[0].population", "lines[0].decimals", f"{STEP}.unit_price_cents", "shared_costs[0].amount_cents"],
)
@pytest.mark.parametrize("wrong", NOT_NATURAL)
def test_an_integer_is_a_json_integer_not_below_zero(path, wrong):
    assert refusal(put(path, wrong)).path == path


def test_numbers_with_an_exponent_are_not_integers():
    data = as_bytes(worked()).replace(b'"population": 12000', b'"population": 12e3')
    assert refusal(data).path == "towns[0].population"


def test_a_number_too_large_for_a_float_is_only_a_wrong_type():
    data = as_bytes(worked()).replace(b'"population": 12000', b'"population": 1e999')
    assert refusal(data).path == "towns[0].population"


@pytest.mark.parametrize("path", ["towns", "lines", "shared_costs", "lines[0].needs", "lines[0].tiers.steps"])
@pytest.mark.parametrize("wrong", [None, {}, "x", 1, True])
def test_a_list_is_a_list(path, wrong):
    assert refusal(put(path, wrong)).path == path


@pytest.mark.parametrize("path", ["towns[0]", "lines[0]", "lines[0].tiers", STEP, NEED, "shared_costs[0]"])
@pytest.mark.parametrize("wrong", [None, [], "x", 1, True])
def test_an_object_is_an_object(path, wrong):
    assert refusal(put(path, wrong)).path == path


@pytest.mark.parametrize("path", ["rule", "lines[0].tiers.mode", "shared_costs[0].split"])
@pytest.mark.parametrize("wrong", [None, "", "EQUAL", "other", 1, ["equal"], {}])
def test_a_rule_a_mode_and_a_split_are_among_those_known(path, wrong):
    assert refusal(put(path, wrong)).path == path


@pytest.mark.parametrize(
    "path",
    [
        "lines[0].pack",
        "lines[0].supply_limit",
        f"{STEP}.from",
        f"{NEED}.firm",
        f"{NEED}.tolerance",
        f"{NEED}.max",
    ],
)
def test_decimals_are_counted_as_written(path):
    field = refusal(put(path, "1.0"))
    assert (field.path, field.code) == (path, "decimals")


def test_a_rate_may_have_any_number_of_decimals():
    read(as_bytes(put("lines[0].vat_rate", "5.500000000000")), "plan.json")


def test_nine_decimals_are_accepted_and_ten_are_not():
    read(as_bytes(put("lines[0].decimals", 9)), "plan.json")
    assert refusal(put("lines[0].decimals", 10)).path == "lines[0].decimals"


@pytest.mark.parametrize("zero", ["0", "000"])
def test_a_pack_of_zero_is_refused(zero):
    assert refusal(put("lines[0].pack", zero)).code == "pack_zero"


def test_tiers_without_steps_are_refused_at_steps():
    assert refusal(put("lines[0].tiers.steps", [])).path == "lines[0].tiers.steps"


def test_tiers_start_at_zero():
    assert refusal(put("lines[0].tiers.steps[0].from", "1")).path == "lines[0].tiers.steps[0].from"


@pytest.mark.parametrize("start", ["150", "149", "0"])
def test_tiers_strictly_increase(start):
    assert refusal(put("lines[0].tiers.steps[2].from", start)).path == "lines[0].tiers.steps[2].from"


def test_a_need_of_a_town_that_is_not_listed_is_refused():
    assert refusal(put(f"{NEED}.town", "Z")).path == f"{NEED}.town"


def test_a_town_needed_twice_on_a_line_is_refused_the_second_time():
    assert refusal(put("lines[0].needs[2].town", "A")).path == "lines[0].needs[2].town"


def test_the_same_town_may_have_a_need_on_two_lines():
    value = worked()
    value["lines"].append({**value["lines"][0], "id": "other"})
    assert len(read(as_bytes(value), "plan.json").lines) == 2


def test_a_maximum_below_the_firm_need_is_refused_at_max():
    assert refusal(put(f"{NEED}.max", "119")).path == f"{NEED}.max"


def test_a_tolerance_that_overshoots_the_maximum_is_refused_at_tolerance():
    assert refusal(put(f"{NEED}.max", "129")).path == f"{NEED}.tolerance"


def test_a_maximum_above_firm_and_tolerance_is_accepted():
    read(as_bytes(put(f"{NEED}.max", "500")), "plan.json")


@pytest.mark.parametrize("list_", ["towns", "lines", "shared_costs"])
def test_a_duplicate_id_is_refused_at_its_second_occurrence(list_):
    value = worked()
    value[list_].append(dict(value[list_][0]))
    field = refusal(value)
    assert (field.path, field.code) == (f"{list_}[{len(value[list_]) - 1}].id", "duplicate")


@pytest.mark.parametrize(
    "needs", [put("lines[0].needs", []), put("lines", []), put("lines", []) | {"towns": []}]
)
def test_a_file_without_any_need_is_refused_at_lines(needs):
    field = refusal(needs)
    assert (field.path, field.code) == ("lines", "no_need")


@pytest.mark.parametrize(
    "siren", ["", "12345678", "1234567890", "12345678a", "123 45678", "١٢٣٤٥٦٧٨٩", 123456789, True, []]
)
def test_a_siren_is_nine_digits_or_null(siren):
    assert refusal(put("towns[1].siren", siren)).path == "towns[1].siren"


def test_sirens_may_repeat_and_their_check_digit_is_free():
    value = worked()
    value["towns"][0]["siren"] = value["towns"][1]["siren"] = "111111111"
    read(as_bytes(value), "plan.json")


@pytest.mark.parametrize(
    "instant",
    [
        None, 0, "", "2026-03-01", "2026-03-01T10:00:00", "2026-03-01 10:00:00Z", "2026-03-01T10:00Z",
        "2026-03-01T10:00:00.5Z", "2026-03-01T10:00:00z", "2026-03-01t10:00:00Z", "2026-03-01T10:00:00+0100",
        "2026-03-01T10:00:00+01", "2026-03-01T10:00:00 +01:00", "2026-03-01T10:00:00Z\n", " 2026-03-01T10:00:00Z",
        "2026-02-29T10:00:00Z", "2026-13-01T10:00:00Z", "2026-00-01T10:00:00Z", "2026-04-31T10:00:00Z",
        "2026-03-01T24:00:00Z", "2026-03-01T10:60:00Z", "2026-03-01T10:00:60Z", "2026-03-01T10:00:00+24:00",
        "2026-03-01T10:00:00+01:60", "20260301T100000Z", "٢٠٢٦-03-01T10:00:00Z", "2026-03-01T10:00:00−01:00",
        "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
    ],
)  # fmt: skip
def test_an_instant_is_a_real_date_and_time_with_an_offset(instant):
    assert refusal(put("towns[2].committed_at", instant)).path == "towns[2].committed_at"


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-03-01T00:30:00+01:00", "2026-02-28T23:30:00+00:00"),
        ("2024-02-29T10:00:00-05:30", "2024-02-29T15:30:00+00:00"),
        ("2026-03-01T10:00:00-00:00", "2026-03-01T10:00:00+00:00"),
        ("2026-03-01T10:00:00+23:59", "2026-02-28T10:01:00+00:00"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00"),
    ],
)
def test_an_instant_is_kept_in_utc(written, utc):
    assert read(as_bytes(put("towns[0].committed_at", written)), "p").towns[0].committed_at.isoformat() == utc


@pytest.mark.parametrize(
    "data",
    [
        b"", b" ", b"{", b'{"a":1,}', b"{'a':1}", b"NaN", b"{} {}", b"[1,]", b"\xff\xfe{\x00}\x00", b'{"a":"\xe9"}',
        as_bytes(worked()).replace(b"12000", b"NaN"), as_bytes(worked()).replace(b"12000", b"-Infinity"),
        as_bytes(worked()).replace(b"12000", b"012"), as_bytes(worked()).replace(b'"A"', b'"\x01"'),
        as_bytes(worked()).decode().encode("utf-16"), b"\xef\xbb\xbf\xef\xbb\xbf" + as_bytes(worked()),
        b"[" * 200_000, b'{"a":' * 200_000, b"[" * 200_000 + b"]" * 200_000,
        b'{"lines":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    ],
    ids=range(20),
)  # fmt: skip
def test_bad_json_is_named_by_the_file(data):
    field = refusal(data)
    assert (field.path, field.code) == ("plan.json", "not_json")


@pytest.mark.parametrize("data", [b"[]", b"null", b"1", b'"x"', b"true", b"1.5"])
def test_a_root_that_is_not_an_object_is_named_by_the_file(data):
    assert refusal(data).path == "plan.json"


def test_an_unreadable_file_is_named_as_it_was_given(tmp_path):
    for name in (f"{tmp_path}/./absent.json", str(tmp_path), "null\0byte"):
        with pytest.raises(Invalid) as caught:
            read_file(name)
        (field,) = caught.value.fields
        assert field.path == name.replace("\0", "\\u0000")


def test_a_file_is_read_by_its_name(tmp_path):
    file = tmp_path / "plan.json"
    file.write_bytes(as_bytes(worked()))
    assert read_file(str(file)) == read(as_bytes(worked()), "x")


def test_one_byte_order_mark_is_ignored():
    assert read(b"\xef\xbb\xbf" + as_bytes(worked()), "x") == read(as_bytes(worked()), "x")


def test_half_a_character_is_refused_where_it_stands():
    assert refusal(as_bytes(put("lines[0].unit", "X")).replace(b'"X"', rb'"a\ud800"')).path == "lines[0].unit"
    assert refusal(as_bytes(put("towns[0].id", "X")).replace(b'"X"', rb'"\udfff"')).path == "towns[0].id"


def test_a_whole_character_written_as_two_halves_is_accepted():
    plan = read(as_bytes(put("lines[0].unit", "X")).replace(b'"X"', rb'"\ud83d\ude00"'), "x")
    assert plan.lines[0].unit == "😀"


@pytest.mark.parametrize(
    ("key", "shown"),
    [("a\nb", "a\\u000ab"), ("\ud800", "\\ud800"), ("", '""'), ("é {x}", "é {x}"), ("\u2028", "\\u2028")],
)
def test_the_path_of_a_strange_key_stays_on_one_line(key, shown):
    value = worked()
    value["towns"][0][key] = 1
    assert refusal(json.dumps(value).encode()).path == f"towns[0].{shown}"
    assert refusal(json.dumps({**worked(), key: 1}).encode()).path == shown


def test_integers_and_quantities_of_any_length_are_exact():
    value = worked()
    value["lines"][0]["needs"][0] = {"town": "A", "firm": "9" * 5000, "tolerance": "1"}
    data = as_bytes(value).replace(b'"population": 12000', b'"population": ' + b"8" * 5000)
    printed = document_bytes(consolidate(read(data, "x")))
    assert b'"town":"A","quantity":"' + b"9" * 5000 + b'"' in printed
    assert b"172" in printed


def test_defaults_are_filled():
    value = worked()
    del value["rule"], value["shared_costs"], value["lines"][0]["pack"], value["lines"][0]["supply_limit"]
    for need in value["lines"][0]["needs"]:
        del need["max"]
    del value["lines"][0]["needs"][1]["tolerance"]
    plain = read(as_bytes(value), "x")
    assert (plain.rule, plain.shared_costs) == ("pro_rata_firm", ())
    assert (
        consolidate(plain).inputs_sha256
        == consolidate(read(as_bytes(worked() | {"shared_costs": []}), "x")).inputs_sha256
    )
