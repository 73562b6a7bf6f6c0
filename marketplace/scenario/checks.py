"""Do sums, shares and orders agree? Recomputed here from what the API answers, not asked of the code that made them."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from marketplace.territories.queries import Town


def checks(
    *,
    pool: dict[str, Any],
    award: dict[str, Any],
    compared: dict[str, Any],
    orders: Sequence[dict[str, Any]],
    invoices: Sequence[dict[str, Any]],
    followed: Sequence[dict[str, Any]],
    towns: Sequence[Town],
) -> list[dict[str, Any]]:
    """Each check by name, and whether it holds."""
    seen = next((row for row in followed if row["id"] == pool["id"]), {})
    winner = next((offer for offer in compared["offers"] if offer["rank"] == 1), {"ht_cents": None})
    found = {
        "every town has one order": sorted(o["insee"] for o in orders) == sorted(str(t.insee) for t in towns),
        "orders add up to the award": all(
            sum(o[k] for o in orders) == award[k] for k in ("ht_cents", "vat_cents", "ttc_cents")
        ),
        "the award is the first-ranked offer": winner["ht_cents"] == award["ht_cents"],
        "each order adds up": all(
            sum(line["ht_cents"] for line in o["lines"]) == o["ht_cents"]
            and o["ht_cents"] + o["vat_cents"] == o["ttc_cents"]
            for o in orders
        ),
        "VAT is 20 % of each order, to the cent": all(
            o["vat_cents"] == _twenty_percent(o["ht_cents"]) for o in orders
        ),
        "quantities add up to the frozen total": sum(Decimal(o["lines"][0]["quantity"]) for o in orders)
        == Decimal(pool["lines"][0]["firm"]),
        "one invoice an order, equal to the cent": sorted((i["order_id"], i["ttc_cents"]) for i in invoices)
        == sorted((o["id"], o["ttc_cents"]) for o in orders),
        "invoice numbers have no gap": sorted(i["number"] for i in invoices)
        == _gapless([i["number"] for i in invoices]),
        "all is paid": all(o["state"] == "paid" for o in orders)
        and all(i["state"] == "paid" for i in invoices),
        "the pool is closed": pool["state"] == "closed",
        "the perimeter has a hash": len(pool["frozen_sha256"] or "") == 64,
        "supervision sees the awarded total and no price": seen.get("awarded_ht_cents") == award["ht_cents"]
        and not any("unit_price" in key for key in seen),
    }
    return [{"name": name, "ok": bool(ok)} for name, ok in found.items()]


def _twenty_percent(cents: int) -> int:
    return int((Decimal(cents) / 5).quantize(Decimal(1), ROUND_HALF_UP))


def _gapless(numbers: Sequence[str]) -> list[str]:
    if not numbers:
        return []
    start = min(numbers).rsplit("-", 1)[0]
    return [f"{start}-{n:05d}" for n in range(1, len(numbers) + 1)]
