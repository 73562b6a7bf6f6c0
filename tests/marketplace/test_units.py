"""The units of needs and prices, named in both languages."""

from decimal import Decimal

import pytest

from marketplace.units import UNITS
from marketplace.web import i18n
from marketplace.web.pages import unit_name


@pytest.mark.parametrize("code", UNITS)
def test_every_unit_has_both_numbers_a_sentence_to_translate_and_a_sane_precision(code: str) -> None:
    unit = UNITS[code]
    assert {unit.one, unit.many} <= set(i18n.catalogue("fr")._catalog)
    assert 0 <= unit.decimals <= 3


@pytest.mark.parametrize(
    ("count", "french"),
    [
        ("0", "kilomètre"),
        ("1", "kilomètre"),
        ("1.9", "kilomètre"),
        ("2", "kilomètres"),
        ("120", "kilomètres"),
    ],
)
def test_a_unit_agrees_with_its_count_in_french(count: str, french: str) -> None:
    assert unit_name("km", Decimal(count)) == french


def test_no_unit_is_shown_as_nothing() -> None:
    assert unit_name(None, 3) == ""
