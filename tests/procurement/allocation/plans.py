"""Plan files for the tests of this folder: as Python values to change freely, then as bytes."""

import copy
import json

from procurement.allocation import consolidate, document, read

WORKED = {
    "towns": [
        {"id": "A", "siren": "217500016", "population": 12000, "committed_at": "2026-03-01T10:00:00+01:00"},
        {"id": "B", "siren": "217500024", "population": 9000, "committed_at": "2026-03-02T10:00:00+01:00"},
        {"id": "C", "siren": None, "population": 5000, "committed_at": "2026-03-03T10:00:00Z"},
    ],
    "rule": "pro_rata_firm",
    "lines": [
        {
            "id": "points-lumineux",
            "unit": "point",
            "decimals": 0,
            "pack": "1",
            "vat_rate": "20.0",
            "supply_limit": None,
            "tiers": {
                "mode": "all_units",
                "steps": [
                    {"from": "0", "unit_price_cents": 21000},
                    {"from": "150", "unit_price_cents": 19000},
                    {"from": "250", "unit_price_cents": 17200},
                ],
            },
            "needs": [
                {"town": "A", "firm": "120", "tolerance": "10", "max": "130"},
                {"town": "B", "firm": "80", "tolerance": "0", "max": "80"},
                {"town": "C", "firm": "45", "tolerance": "5", "max": "50"},
            ],
        }
    ],
    "shared_costs": [{"id": "mise-en-service", "amount_cents": 100000, "vat_rate": "20.0", "split": "equal"}],
}


def worked():
    """The contract's worked example, free to change."""
    return copy.deepcopy(WORKED)


def town(id, *, day=1, siren=None, population=1000):
    return {"id": id, "siren": siren, "population": population, "committed_at": f"2026-03-{day:02}T10:00:00Z"}


def line(needs, *, id="L", steps=((0, 1000),), mode="all_units", vat_rate="20.0", decimals=0, **more):
    """A line from {town: firm} or {town: (firm, tolerance)}, and steps as (from, cents)."""
    pairs = {name: need if isinstance(need, tuple) else (need, 0) for name, need in needs.items()}
    return {
        "id": id,
        "unit": "lampe",
        "decimals": decimals,
        "vat_rate": vat_rate,
        "tiers": {
            "mode": mode,
            "steps": [{"from": str(start), "unit_price_cents": price} for start, price in steps],
        },
        "needs": [
            {"town": name, "firm": str(firm), "tolerance": str(tol)} for name, (firm, tol) in pairs.items()
        ],
        **more,
    }


def cost(id, cents, split="equal", vat_rate="20.0"):
    return {"id": id, "amount_cents": cents, "vat_rate": vat_rate, "split": split}


def plan(towns, *lines, **more):
    return {"towns": towns, "lines": list(lines), **more}


def as_bytes(value):
    return json.dumps(value, ensure_ascii=False).encode()


def run(value):
    """The document that `value` consolidates to."""
    return document(consolidate(read(as_bytes(value), "plan.json")))


def first_line(value):
    return run(value)["lines"][0]


def allocated(value):
    return {part["town"]: part["quantity"] for part in first_line(value)["towns"]}
