"""Odd rows: each is a record or has reasons that can be said and written; none is a crash."""

import json
import string
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.opendata.importing import read
from catalog.solutions.schemas import SheetRecord
from tests.catalog.opendata.test_importing import COLUMNS, RECORD

FRENCH = ["id", "nom", "accroche", "description", "domaines", "etiquettes", "publics", "site", "phase", "depuis", "porteur"]  # fmt: skip
ODD_TEXTS = st.sampled_from(
    ["", " ", "\x00", "\ud800", "=1+1", "0-:1", "0-1:2|1-:1", "http://", "https://[", "http://a\ud800", "1e400", "NaN", "9" * 400,
     "٣", "²", "a;b|c", "&#0;", "&#xD800;", "2026-02-30", "10000-01-01", "🏙️" * 70, "'\";--", "-1", "0-:٣", "a" * 30_000]
)  # fmt: skip
TEXTS = ODD_TEXTS | st.text(st.characters() | st.characters(categories=["Cs"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.just(10**400),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(string.ascii_lowercase, max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)  # fmt: skip
SOUND = [
    RECORD, COLUMNS,
    {"id": "bg-lampe", "nom": "Lampe", "accroche": "Éclaire.", "domaines": ["eclairage-public"], "publics": ["commune"]},
]  # fmt: skip
NAMES = sorted({*RECORD, *COLUMNS, *FRENCH, "since", "source", "website", "price_mode", "", "x"})


ROWS = st.builds(
    lambda base, changes: base | changes,
    st.sampled_from(SOUND),
    st.dictionaries(st.sampled_from(NAMES), VALUES, min_size=1, max_size=3),
)
UNHURRIED = settings(deadline=None, suppress_health_check=list(HealthCheck))


@settings(UNHURRIED, max_examples=500)
@given(ROWS)
def test_no_odd_value_raises_and_what_passes_can_be_stored(row: dict[str, Any]) -> None:
    record, faults = read(row)
    assert (record is None) == bool(faults)
    for fault in faults:
        assert str(fault)
        json.dumps({"path": fault.path, "message": str(fault)}).encode()
    if record is not None:
        assert isinstance(record, SheetRecord)
        said = record.model_dump_json()
        assert "\\u0000" not in said
        said.encode()


@pytest.mark.proof
@pytest.mark.timeout(600)
@settings(UNHURRIED, max_examples=10_000)
@given(ROWS)
def test_ten_thousand_odd_rows_are_read_or_refused(row: dict[str, Any]) -> None:
    record, faults = read(row)
    assert (record is None) == bool(faults)
