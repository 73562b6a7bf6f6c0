"""Sound plans broken in one to three ways, and bytes that are no JSON: what the reader must refuse, at the right place.

A plan is broken as text, so that keys may repeat and numbers may be written in ways that `json` never writes. At most one
key of an object is missing, unknown or repeated: the contract does not order several.
"""

import copy
import json

from tests.procurement.allocation.random_plans import SEPARATORS, pick, sound_plan, written_file

KEYS = {
    "root": ["towns", "rule", "lines", "shared_costs"],
    "town": ["id", "siren", "population", "committed_at"],
    "line": ["id", "unit", "decimals", "pack", "vat_rate", "supply_limit", "tiers", "needs"],
    "tiers": ["mode", "steps"],
    "step": ["from", "unit_price_cents"],
    "need": ["town", "firm", "tolerance", "max"],
    "cost": ["id", "amount_cents", "vat_rate", "split"],
}
CHILDREN = {
    "root": [("towns", "town"), ("lines", "line"), ("shared_costs", "cost")],
    "line": [("tiers", "tiers"), ("needs", "need")],
    "tiers": [("steps", "step")],
}
"""Where objects are found in an object, by kind: (key, kind of what is there)."""

QUANTITIES = [
    ("line", "pack"), ("line", "supply_limit"), ("step", "from"), ("need", "firm"), ("need", "tolerance"), ("need", "max"),
]  # fmt: skip
NUMBERS = [*QUANTITIES, ("line", "vat_rate"), ("cost", "vat_rate")]
INTEGERS = [
    ("town", "population"),
    ("line", "decimals"),
    ("step", "unit_price_cents"),
    ("cost", "amount_cents"),
]
TEXTS = [
    ("town", "id"), ("line", "id"), ("line", "unit"), ("need", "town"), ("cost", "id"), ("town", "siren"), ("root", "rule"),
]  # fmt: skip
CHOICES = [("root", "rule"), ("tiers", "mode"), ("cost", "split")]
NULLS = [("root", "rule"), ("root", "shared_costs"), ("line", "pack"), ("need", "tolerance"), ("need", "max")]

BAD_NUMBERS = [
    "", " 1", "1 ", "1\n", "-1", "+1", "1.", ".5", ".", "1,5", "1e2", "1E2", "0x1", "1_000", "1 000", "½", "²", "١٢", "１", "٠",
    "NaN", "Infinity", "inf", "1.2.3", "--1", "-0", "1.٥", "1/2", "\u00a01", "\ufeff1", "1\u0000",
]  # fmt: skip
BAD_CHOICES = [
    "", "EQUAL", "Equal", "equal ", "pro-rata", "largest", "all_unit", "smaller_first", "amount", "graduated",
    "commitment_order", None, 0, [], ["equal"],
]  # fmt: skip
BAD_INSTANTS = [
    "", "2026-03-01", "2026-03-01T10:00:00", "2026-03-01 10:00:00+01:00", "2026-03-01T10:00:00+0100",
    "2026-03-01T10:00:00+01", "2026-03-01T10:00+01:00", "2026-03-01T10:00:00.000+01:00", "2026-03-01T10:00:00.5Z",
    "2026-03-01t10:00:00z", "2026-03-01T10:00:00z", "2026-3-1T10:00:00Z", "26-03-01T10:00:00Z", "+2026-03-01T10:00:00Z",
    "2026-03-01T10:00:00Z\n", " 2026-03-01T10:00:00Z", "2026-02-30T10:00:00Z", "2026-02-29T10:00:00Z",
    "2100-02-29T00:00:00Z", "2026-13-01T10:00:00Z", "2026-00-01T10:00:00Z", "2026-01-00T10:00:00Z",
    "2026-04-31T00:00:00+02:00", "2026-03-01T25:00:00Z", "2026-03-01T10:60:00Z", "2026-03-01T10:00:61Z",
    "2026-03-01T10:00:00\u221201:00", "2026-03-01T10:00:00+01:00Z", "20260301T100000Z", "2026-W09-7T10:00:00Z",
    "٢٠٢٦-03-01T10:00:00Z", "2026-03-01T10:00:00+１1:00", "2026-03-01T10:00:00UTC", "2026-03-01T10:00:00+01:00:00",
    "2026-03-01T10:00:00,5Z", "2026-060T10:00:00Z", 1740819600, None, True,
]  # fmt: skip
BAD_SIRENS = [
    "", "21750001", "2175000160", "21750001A", "217 500 016", " 217500016", "217500016\n", "２17500016", "٢١٧٥٠٠٠١٦",
    "-21750001", 217500016, False, [], "null",
]  # fmt: skip
NO_JSON = [
    b"",
    b" ",
    b"null",
    b"[]",
    b"[{}]",
    b'"x"',
    b"1",
    b"1.5",
    b"true",
    b"{",
    b"}",
    b"nul",
    b"{}{}",
    b"\x00",
]
TAILS = [b"x", b"{}", b",", b"]", b"\x00", b"// end", b"\xc2\xa0"]
INTRUSIONS = [b",", b"'a':1,", b"a:1,", b"/* c */", b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b'"\xff":1,']
BAD_LITERALS = [
    b"NaN", b"Infinity", b"-Infinity", b"01", b"+1", b".5", b"1.", b"0x1", b"True", b"None", b"'a'", b'"\\x41"', b'"a\nb"',
    b'"\\u12"',
]  # fmt: skip


class Raw:
    """Literal JSON text."""

    def __init__(self, text):
        self.text = text


class Written:
    """A JSON object that may repeat a key: a list of [key, value]."""

    def __init__(self, pairs):
        self.pairs = [list(pair) for pair in pairs]
        self.key_fault = not self.pairs

    def get(self, key):
        return next((value for name, value in self.pairs if name == key), None)

    def set(self, key, value):
        for pair in self.pairs:
            if pair[0] == key:
                pair[1] = value
                return
        self.pairs.append([key, value])

    def objects(self, key):
        found = self.get(key)
        return [item for item in (found if isinstance(found, list) else [found]) if isinstance(item, Written)]


def broken_file(rng):
    """The bytes of a plan with something wrong (about one in a hundred is still sound, by luck)."""
    plan = _small(rng)
    if rng.random() < 0.06:
        return _bad_bytes(rng, written_file(rng, plan))
    root = _tree(plan)
    breaks, weights = zip(*BREAKS, strict=True)
    for _ in range(pick(rng, (8, 1), (3, 2), (1, 6))):
        for _ in range(8):  # one way may find nothing to break: try another
            before = _text(root)
            rng.choices(breaks, weights)[0](rng, root)
            if _text(root) != before:
                break
    return _text(root, ascii_only=rng.random() < 0.5, separators=rng.choice(SEPARATORS)).encode()


def _small(rng):
    """A small plan, so that two faults meet each other; now and then any one."""
    for _ in range(6):
        plan = sound_plan(rng)
        small = len(plan["towns"]) <= 4 and len(plan["lines"]) <= 2 and len(plan.get("shared_costs", [])) <= 3
        if small or rng.random() < 0.1:
            break
    return plan


def _tree(value):
    if isinstance(value, dict):
        return Written((key, _tree(part)) for key, part in value.items())
    return [_tree(item) for item in value] if isinstance(value, list) else value


def _text(value, *, ascii_only=False, separators=(",", ":")):
    comma, colon = separators
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, Written):
        said = [
            json.dumps(key, ensure_ascii=ascii_only)
            + colon
            + _text(part, ascii_only=ascii_only, separators=separators)
            for key, part in value.pairs
        ]
        return "{" + comma.join(said) + "}"
    if isinstance(value, list):
        parts = [_text(item, ascii_only=ascii_only, separators=separators) for item in value]
        return "[" + comma.join(parts) + "]"
    return json.dumps(value, ensure_ascii=ascii_only)


def _all(root, kind="root"):
    """Every object with its kind, found by following well-typed values only."""
    yield kind, root
    for key, inner in CHILDREN.get(kind, []):
        for item in root.objects(key):
            yield from _all(item, inner)


def _some(rng, root, *kinds):
    """A random object of one of the kinds (any, by default), each kind equally likely; an object apart when there is none."""
    by_kind = {}
    for kind, found in _all(root):
        if not kinds or kind in kinds:
            by_kind.setdefault(kind, []).append(found)
    if not by_kind:
        return "root", Written([])
    kind = rng.choice(sorted(by_kind))
    return kind, rng.choice(by_kind[kind])


def _set_one(rng, root, places, values):
    kind, key = rng.choice(places)
    _, found = _some(rng, root, kind)
    found.set(key, copy.deepcopy(rng.choice(values)))


def a_key_is_missing(rng, root):
    _, found = _some(rng, root)
    if not found.key_fault:
        found.pairs.remove(rng.choice(found.pairs))
        found.key_fault = True


def a_key_is_unknown(rng, root):
    kind, found = _some(rng, root)
    others = [key for keys in KEYS.values() for key in keys]
    key = rng.choice(["extra", "Id", "ID", "prix", "comment", "firm ", "é", "id_", rng.choice(others)])
    if not found.key_fault and key not in KEYS[kind]:
        value = rng.choice([None, 1, "x", [], Written([])])
        found.pairs.insert(rng.randint(0, len(found.pairs)), [key, value])
        found.key_fault = True


def a_key_is_repeated(rng, root):
    _, found = _some(rng, root)
    if not found.key_fault:
        key, value = rng.choice(found.pairs)
        again = copy.deepcopy(value) if rng.random() < 0.6 else rng.choice([None, 0, "0", []])
        found.pairs.insert(rng.randint(0, len(found.pairs)), [key, again])
        found.key_fault = True


def a_value_has_a_wrong_type(rng, root):
    kind, found = _some(rng, root)
    wrong = [
        None, True, False, 0, 1, -1, Raw("1.0"), Raw("1e2"), Raw("0.5"), "", "x", [], [1], "1", "0", Written([]),
    ]  # fmt: skip
    found.set(rng.choice(KEYS[kind]), copy.deepcopy(rng.choice(wrong)))


def a_list_holds_a_stranger(rng, root):
    kind, key = rng.choice(
        [
            ("root", "towns"),
            ("root", "lines"),
            ("root", "shared_costs"),
            ("line", "needs"),
            ("tiers", "steps"),
        ]
    )
    items = _some(rng, root, kind)[1].get(key)
    if isinstance(items, list):
        items.insert(rng.randint(0, len(items)), rng.choice([None, 1, "A", [], True, Written([])]))
        if len(items) > 1 and rng.random() < 0.5:
            del items[rng.randrange(len(items))]


def a_number_is_misspelt(rng, root):
    _set_one(rng, root, NUMBERS, BAD_NUMBERS)


def a_quantity_is_too_precise(rng, root):
    _, line = _some(rng, root, "line")
    decimals = line.get("decimals")
    if type(decimals) is not int or not 0 <= decimals <= 9:
        return
    inner = [found for _, found in _all(line, "line")]
    places = [(found, key) for found in inner for _, key in QUANTITIES if found.get(key) is not None]
    if places:
        found, key = rng.choice(places)
        said = found.get(key)
        whole = said.partition(".")[0] if isinstance(said, str) else "7"
        tails = ["0" * (decimals + 1), "0" * decimals + "1", "9" * (decimals + 1)]
        found.set(key, f"{whole}.{rng.choice(tails)}")
    if rng.random() < 0.2:
        line.set("decimals", rng.randint(0, 9))


def an_integer_is_none(rng, root):
    bad = [
        Raw("1.0"), Raw("1e2"), Raw("1E0"), Raw("0.0"), Raw("2.5"), Raw("-5"), Raw("1e400"), Raw("-0.0"), True, False, -1,
        "1", "", None, [],
    ]  # fmt: skip
    _set_one(rng, root, INTEGERS, bad)
    if rng.random() < 0.2:
        _set_one(rng, root, [("line", "decimals")], [10, 11, 100, 10**20])


def steps_do_not_climb(rng, root):
    _, tiers = _some(rng, root, "tiers")
    steps = tiers.get("steps")
    if not isinstance(steps, list) or not tiers.objects("steps"):
        return
    match rng.randrange(7):
        case 0:
            tiers.set("steps", [])
        case 1:
            tiers.objects("steps")[0].set("from", rng.choice(["1", "5", "10", "150"]))
        case 2:
            rng.shuffle(steps)
        case 3:
            steps.insert(rng.randrange(len(steps)), copy.deepcopy(rng.choice(steps)))
        case 4:
            steps.append(Written([("from", rng.choice(["0", "00", "1", "2"])), ("unit_price_cents", 1)]))
        case 5:
            del steps[0]
        case _:
            rng.choice(tiers.objects("steps")).set("from", rng.choice(["0", "00", "1"]))


def something_comes_twice(rng, root):
    parent, key, name = rng.choice(
        [
            ("root", "towns", "id"),
            ("root", "lines", "id"),
            ("root", "shared_costs", "id"),
            ("line", "needs", "town"),
        ]
    )
    _, found = _some(rng, root, parent)
    items = found.objects(key)
    if len(items) > 1 and rng.random() < 0.6:
        one, other = rng.sample(items, 2)
        other.set(name, one.get(name))
    elif items and isinstance(written := found.get(key), list):
        written.insert(rng.randint(0, len(items)), copy.deepcopy(rng.choice(items)))


def a_need_is_nobodys(rng, root):
    _set_one(rng, root, [("need", "town")], ["absent", "", "a ", "Ville absente"])


def bounds_cross(rng, root):
    _, need = _some(rng, root, "need")
    firm = need.get("firm")
    whole = firm.partition(".")[0] if isinstance(firm, str) else ""
    least = int(whole) if whole.isascii() and whole.isdigit() else 0
    tolerance = rng.choice(["1", str(rng.randint(1, 9)), "999999"])
    need.set("max", rng.choice([str(max(0, least - 1)), "0", str(least + 1), str(least), firm]))
    if rng.random() < 0.6:
        need.set("tolerance", tolerance)


def nobody_needs_anything(rng, root):
    for line in root.objects("lines"):
        line.set("needs", [])
    if rng.random() < 0.3:
        root.set("lines", [])


def a_choice_is_unknown(rng, root):
    _set_one(rng, root, CHOICES, BAD_CHOICES)


def a_pack_is_empty(rng, root):
    _set_one(rng, root, [("line", "pack")], ["0", "00", "0.0", "0.00", "0.000", None, "", 1])


def an_instant_is_misspelt(rng, root):
    _set_one(rng, root, [("town", "committed_at")], BAD_INSTANTS)


def a_siren_is_misspelt(rng, root):
    _set_one(rng, root, [("town", "siren")], BAD_SIRENS)


def a_text_is_empty(rng, root):
    _set_one(rng, root, TEXTS, [""])


def null_stands_for_a_default(rng, root):
    _set_one(rng, root, NULLS, [None])


def two_values_of_one_object(rng, root):
    """The order of the contract's example decides which is named."""
    kind, found = _some(rng, root)
    for key in rng.sample(KEYS[kind], 2):
        found.set(key, rng.choice([True, -1, Raw("1.5"), Written([]), "", "x", [1]]))


def two_stages(rng, root):
    """A fault in a late stage of the reading, and one in an earlier stage."""
    late = rng.choice([nobody_needs_anything, a_bad_cost])
    late(rng, root)
    rng.choice(
        [an_instant_is_misspelt, a_siren_is_misspelt, a_pack_is_empty, steps_do_not_climb, bounds_cross]
    )(rng, root)
    if rng.random() < 0.3:
        root.set("rule", "x")


def a_bad_cost(rng, root):
    if root.objects("shared_costs"):
        _set_one(rng, root, [("cost", "amount_cents"), ("cost", "split")], [-1, "x"])
    else:
        root.set("shared_costs", rng.choice([None, 0, "x", [1]]))


BREAKS = [
    (a_key_is_missing, 3), (a_key_is_unknown, 3), (a_key_is_repeated, 3), (a_value_has_a_wrong_type, 4),
    (a_list_holds_a_stranger, 2), (a_number_is_misspelt, 4), (a_quantity_is_too_precise, 4), (an_integer_is_none, 3),
    (steps_do_not_climb, 4), (something_comes_twice, 4), (a_need_is_nobodys, 2), (bounds_cross, 4), (nobody_needs_anything, 1),
    (a_choice_is_unknown, 2), (a_pack_is_empty, 2), (an_instant_is_misspelt, 3), (a_siren_is_misspelt, 2), (a_text_is_empty, 2),
    (null_stands_for_a_default, 2), (two_values_of_one_object, 3), (two_stages, 3),
]  # fmt: skip
"""Ways to break a plan, and how often each is taken."""


def _bad_bytes(rng, data):
    at, end = data.index(b"{") + 1, data.rindex(b"}")
    match rng.randrange(8):
        case 0:
            return rng.choice(NO_JSON)
        case 1:
            return data[: rng.randrange(len(data.rstrip()))]
        case 2:
            return data + rng.choice(TAILS)
        case 3:
            return b"[" + data + b"]"
        case 4:
            return data[:at] + rng.choice(INTRUSIONS) + data[at:]
        case 5:
            return data[:at] + b'"rule":' + rng.choice(BAD_LITERALS) + b"," + data[at:]
        case 6:
            return data[:end] + b"," + data[end:]
    return data.replace(b'"', b"'")
