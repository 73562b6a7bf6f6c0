"""`marketplace scenario`: the main job over HTTP on a fresh instance, with separate people; its figures agree."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

MARKETPLACE = Path(sys.executable).with_name("marketplace")
KEYS = {"ok", "towns", "pool", "channel", "lines", "totals", "orders", "checks", "seconds"}
TOTALS = ("ht_cents", "vat_cents", "ttc_cents")


@pytest.mark.timeout(240)
@pytest.mark.parametrize("towns", [3, pytest.param(30, marks=pytest.mark.proof)])
def test_every_town_orders_and_the_sums_agree_in_under_90_seconds(towns: int) -> None:
    ran = subprocess.run(
        [MARKETPLACE, "scenario", "--towns", str(towns), "--json"],
        capture_output=True,
        text=True,
        timeout=220,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found = json.loads(ran.stdout)
    assert set(found) >= KEYS
    assert found["ok"] is True
    assert [check["name"] for check in found["checks"] if not check["ok"]] == []
    assert len(found["checks"]) >= 10
    orders = found["orders"]
    assert (found["towns"], len(orders), len({order["insee"] for order in orders})) == (towns, towns, towns)
    assert {name: sum(order[name] for order in orders) for name in TOTALS} == found["totals"]
    assert all(order["ht_cents"] + order["vat_cents"] == order["ttc_cents"] for order in orders)
    assert sum(int(order["quantity"]) for order in orders) == int(found["lines"][0]["quantity"])
    assert found["channel"] in {"quotes", "buyer_profile"}
    assert found["seconds"] < 90
