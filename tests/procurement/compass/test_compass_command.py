"""`marketplace compass`, as people and programs run it; and the same answer over HTTP."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from marketplace.errors import Invalid
from procurement.compass.asking import ask
from tests.support.world import World

MARKETPLACE = Path(sys.executable).with_name("marketplace")
KEYS = ["procedure", "publicity", "basis", "rules", "next_threshold", "date"]


def compass(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [MARKETPLACE, "compass", *options], capture_output=True, text=True, timeout=30, check=False
    )


def test_it_prints_one_json_document_of_the_fixed_shape() -> None:
    ran = compass("--nature", "supplies", "--amount-ht", "59999.99", "--date", "2026-11-22", "--json")
    assert (ran.returncode, ran.stderr) == (0, "")
    found = json.loads(ran.stdout)
    assert list(found) == KEYS
    assert {frozenset(rule) for rule in found["rules"]} == {
        frozenset({"id", "reference", "consequence", "valid_from", "valid_to"})
    }
    assert {k: found[k] for k in KEYS if k != "rules"} == {
        "procedure": "no_competition",
        "publicity": "none",
        "basis": "R2122-8",
        "next_threshold": {"amount_ht_cents": 6_000_000, "procedure": "adapted"},
        "date": "2026-11-22",
    }


def test_people_read_the_procedure_its_basis_and_the_next_threshold() -> None:
    ran = compass("--nature", "works", "--amount-ht", "5404000", "--date", "2026-11-22", "--buyer", "local")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "procédure formalisée (R2124-1)" in ran.stdout
    assert "22/11/2026" in ran.stdout
    assert "Seuil suivant" not in ran.stdout


@pytest.mark.parametrize(
    ("options", "place"),
    [
        (("--nature", "avion", "--amount-ht", "1000"), "--nature"),
        (("--nature", "supplies", "--amount-ht", "-5", "--date", "2026-11-22"), "--amount-ht"),
        (("--nature", "supplies", "--amount-ht", "10", "--date", "2031-01-01"), "2027-12-31"),
        (("--nature", "supplies"), "--amount-ht"),
    ],
)
def test_bad_input_ends_with_status_2_and_one_line_that_names_the_place(
    options: tuple[str, ...], place: str
) -> None:
    ran = compass(*options)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert len(ran.stderr.strip().splitlines()) == 1
    assert place in ran.stderr


@pytest.mark.parametrize("amount", ["", "abc", "-1", "1e9", "10.001", "NaN", "1.2.3", "١٢"])
def test_an_amount_that_is_none_is_refused_with_an_example(amount: str) -> None:
    with pytest.raises(Invalid, match="1 250,50"):
        ask(nature="supplies", amount_ht=amount, buyer="local", innovative=False, date=None)


def test_every_wrong_option_is_told_at_once() -> None:
    with pytest.raises(Invalid) as refusal:
        ask(nature="vols", amount_ht="x", buyer="state", innovative=False, date="22/11")
    assert [f.path for f in refusal.value.fields] == ["--nature", "--buyer", "--amount-ht", "--date"]
    assert "supplies, services, works" in str(refusal.value)


async def test_the_api_answers_the_same_document_and_refuses_what_it_cannot_read(world: World) -> None:
    asked = {"nature": "supplies", "amount_ht": "60000", "date": "2026-11-22"}
    answer = await world.visitor.read("/compass", **asked)
    assert list(answer) == KEYS
    assert (answer["procedure"], answer["basis"]) == ("adapted", "R2123-1")
    innovative = await world.visitor.read("/compass", **asked, innovative="true")
    assert (innovative["procedure"], innovative["basis"]) == ("no_competition", "R2122-9-1")
    assert (await world.visitor.read("/compass", nature="works", amount_ht="1"))["date"] == str(
        await world.today()
    )
    for wrong, place in (
        ({"nature": "vols"}, "nature"),
        ({"amount_ht": "beaucoup"}, "amount_ht"),
        ({"date": "2031-01-01"}, "date"),
        ({"date": "demain"}, "date"),
    ):
        refusal = await world.visitor.get("/compass", **(asked | wrong))
        assert refusal.status_code == 422, wrong
        assert [error["path"] for error in refusal.json()["errors"]] == [place]
    missing = await world.visitor.get("/compass")
    assert missing.status_code == 422
    page = await world.http.get(
        "/regles", params={"nature": "supplies", "montant": "60 000", "jour": "2026-11-22"}
    )
    assert page.status_code == 200
    assert "Procédure adaptée" in page.text
