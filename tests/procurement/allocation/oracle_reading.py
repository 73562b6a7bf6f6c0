"""The oracle's reader: a plan file to plain values, or the path of its first error, in the order of contracts/simulate.md.

Written from the contract alone, without looking at the product. Only `json`, `re` and Fraction.
"""

import json
import re
from datetime import datetime, timedelta
from fractions import Fraction

RULES = ("pro_rata_firm", "commitment_order", "equal", "smaller_first")
SPLITS = ("equal", "quantity", "amount", "population")
MODES = ("all_units", "graduated")
NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
SIREN = re.compile(r"[0-9]{9}")
INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:(Z)|([+-])([0-9]{2}):([0-9]{2}))"
)


class Refused(Exception):
    """The file is wrong at `path`."""

    def __init__(self, path):
        super().__init__(path)
        self.path = path


class Pairs:
    """A JSON object as written: its (key, value) pairs in file order, repeats kept."""

    def __init__(self, pairs):
        self.pairs = pairs


def check(data, name):
    """The whole input, checked in the contract's order, defaults filled, numbers as Fraction."""
    top = _keys(_root(data, name), "", ("towns", "lines"), ("rule", "shared_costs"))
    rule = _one_of(top.get("rule", "pro_rata_firm"), "rule", RULES)
    towns = _objects(top["towns"], "towns", _town)
    ids = [town["id"] for town in towns]
    lines = _objects(top["lines"], "lines", lambda raw, at, seen: _line(raw, at, seen, ids))
    if not any(line["needs"] for line in lines):
        raise Refused("lines")
    costs = _objects(top.get("shared_costs", []), "shared_costs", _cost)
    return {"rule": rule, "towns": towns, "lines": lines, "shared_costs": costs}


# the JSON


def _root(data, name):
    """« for bad JSON, a root that is not an object […] the file name »"""
    try:
        root = _parsed(data)
    except (ValueError, RecursionError):
        raise Refused(name) from None
    if not isinstance(root, Pairs) or _has_lone_surrogate(root):
        raise Refused(name)
    return root


def _parsed(data):
    def refuse(text):
        raise ValueError(text)

    text = data.decode("utf-8")
    if text.startswith("\ufeff"):
        refuse("a byte order mark is not in the JSON grammar")
    # a number with a fraction or an exponent must never look like an integer: it stays a float
    return json.loads(text, object_pairs_hook=Pairs, parse_float=float, parse_constant=refuse)


def _has_lone_surrogate(value):
    if isinstance(value, str):
        return any(0xD800 <= ord(c) <= 0xDFFF for c in value)
    if isinstance(value, list):
        return any(map(_has_lone_surrogate, value))
    if isinstance(value, Pairs):
        return any(_has_lone_surrogate(key) or _has_lone_surrogate(part) for key, part in value.pairs)
    return False


# objects: values are read in the order of the contract's example, which is the order written here


def _objects(value, path, read):
    seen = set()
    return [read(raw, at, seen) for raw, at in _items(value, path)]


def _items(value, path):
    if not isinstance(value, list):
        raise Refused(path)
    return [(raw, f"{path}[{i}]") for i, raw in enumerate(value)]


def _keys(value, path, required, optional=()):
    """The object as a dict, its keys checked: unknown, then missing, then repeated."""
    if not isinstance(value, Pairs):
        raise Refused(path)
    prefix = f"{path}." if path else ""
    present = [key for key, _ in value.pairs]
    unknown = [key for key in present if key not in required + optional]
    missing = [key for key in required if key not in present]
    repeated = [key for i, key in enumerate(present) if key in present[:i]]
    for key in unknown + missing + repeated:
        raise Refused(prefix + key)
    return dict(value.pairs)


def _town(raw, at, seen):
    given = _keys(raw, at, ("id", "siren", "population", "committed_at"))
    return {
        "id": _new(given["id"], f"{at}.id", seen),
        "siren": _siren(given["siren"], f"{at}.siren"),
        "population": _integer(given["population"], f"{at}.population"),
        "committed_at": _instant(given["committed_at"], f"{at}.committed_at"),
    }


def _line(raw, at, seen, town_ids):
    required = ("id", "unit", "decimals", "vat_rate", "tiers", "needs")
    given = _keys(raw, at, required, ("pack", "supply_limit"))
    limit = given.get("supply_limit")
    line = {
        "id": _new(given["id"], f"{at}.id", seen),
        "unit": _text(given["unit"], f"{at}.unit"),
        "decimals": (decimals := _integer(given["decimals"], f"{at}.decimals", most=9)),
        "pack": _pack(given.get("pack", "1"), f"{at}.pack", decimals),
        "vat_rate": _number(given["vat_rate"], f"{at}.vat_rate"),
        "supply_limit": None if limit is None else _quantity(limit, f"{at}.supply_limit", decimals),
    }
    tiers = _keys(given["tiers"], f"{at}.tiers", ("mode", "steps"))
    line["mode"] = _one_of(tiers["mode"], f"{at}.tiers.mode", MODES)
    line["steps"] = _steps(tiers["steps"], f"{at}.tiers.steps", decimals)
    needed = set()
    line["needs"] = [
        _need(item, place, needed, town_ids, decimals)
        for item, place in _items(given["needs"], f"{at}.needs")
    ]
    return line


def _steps(value, path, decimals):
    found = []
    for raw, at in _items(value, path):
        given = _keys(raw, at, ("from", "unit_price_cents"))
        start = _quantity(given["from"], f"{at}.from", decimals)
        sound = start > found[-1]["from"] if found else start == 0
        if not sound:
            raise Refused(f"{at}.from")
        price = _integer(given["unit_price_cents"], f"{at}.unit_price_cents")
        found.append({"from": start, "unit_price_cents": price})
    if not found:
        raise Refused(path)
    return found


def _need(raw, at, needed, town_ids, decimals):
    given = _keys(raw, at, ("town", "firm"), ("tolerance", "max"))
    if _text(given["town"], f"{at}.town") not in town_ids:
        raise Refused(f"{at}.town")
    town = _new(given["town"], f"{at}.town", needed)
    firm = _quantity(given["firm"], f"{at}.firm", decimals)
    tolerance = _quantity(given.get("tolerance", "0"), f"{at}.tolerance", decimals)
    most = _quantity(given["max"], f"{at}.max", decimals) if "max" in given else firm + tolerance
    # max < firm makes tolerance > max - firm true as well, so `.max` can only ever be named if it goes first
    if most < firm:
        raise Refused(f"{at}.max")
    if tolerance > most - firm:
        raise Refused(f"{at}.tolerance")
    return {"town": town, "firm": firm, "tolerance": tolerance, "max": most}


def _cost(raw, at, seen):
    given = _keys(raw, at, ("id", "amount_cents", "vat_rate", "split"))
    return {
        "id": _new(given["id"], f"{at}.id", seen),
        "amount_cents": _integer(given["amount_cents"], f"{at}.amount_cents"),
        "vat_rate": _number(given["vat_rate"], f"{at}.vat_rate"),
        "split": _one_of(given["split"], f"{at}.split", SPLITS),
    }


# values


def _text(value, path):
    if not isinstance(value, str) or not value:
        raise Refused(path)
    return value


def _new(value, path, seen):
    """A text that was not seen before."""
    if _text(value, path) in seen:
        raise Refused(path)
    seen.add(value)
    return value


def _one_of(value, path, allowed):
    if not isinstance(value, str) or value not in allowed:
        raise Refused(path)
    return value


def _integer(value, path, most=None):
    if type(value) is not int or value < 0 or (most is not None and value > most):  # true is not an integer
        raise Refused(path)
    return value


def _number(value, path):
    """A decimal string to an exact fraction."""
    if not isinstance(value, str) or NUMBER.fullmatch(value) is None:
        raise Refused(path)
    whole, _, decimals = value.partition(".")
    return Fraction(int(whole + decimals), 10 ** len(decimals))


def _quantity(value, path, decimals):
    """« more decimals than declared, as written »"""
    number = _number(value, path)
    if len(value.partition(".")[2]) > decimals:
        raise Refused(path)
    return number


def _pack(value, path, decimals):
    pack = _quantity(value, path, decimals)
    if pack == 0:
        raise Refused(path)
    return pack


def _siren(value, path):
    if value is not None and (not isinstance(value, str) or SIREN.fullmatch(value) is None):
        raise Refused(path)
    return value


def _instant(value, path):
    """The instant as a naive UTC datetime."""
    found = INSTANT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Refused(path)
    hours, minutes = int(found[9] or 0), int(found[10] or 0)
    if hours > 23 or minutes > 59:
        raise Refused(path)
    offset = timedelta(hours=hours, minutes=minutes)
    try:
        local = datetime(*(int(found[i]) for i in range(1, 7)))  # noqa: DTZ001  the offset is taken off below
        return local + offset if found[8] == "-" else local - offset
    except (ValueError, OverflowError):
        raise Refused(path) from None
