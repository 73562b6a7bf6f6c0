"""What a document says of a sheet: its features, by rules that are written down."""

from datetime import date
from typing import Any

import pytest

from catalog.evidence.levels import DECLARED, Level, Proof
from search.engines.documents import Feature, features_of

TODAY = date(2026, 11, 26)
AUDITED = {"rgaa_rate": "75", "rgaa_audited_on": "2024-05-02"}


def features(answers: dict[str, Any], *proofs: Proof, priced: bool = False) -> set[str]:
    return set(features_of(answers, proofs, priced=priced, on=TODAY))


@pytest.mark.parametrize(
    ("answers", "feature"),
    [
        ({"hosting_country": "france"}, Feature.EU_HOSTED),
        ({"hosting_country": "eu"}, Feature.EU_HOSTED),
        ({"hosting_country": "town"}, Feature.EU_HOSTED),
        ({"hosting_country": "adequate"}, None),
        ({"hosting_country": "other"}, None),
        ({"hosting_country": "none"}, None),
        ({"api": "open"}, Feature.OPEN_API),
        ({"api": "on_request"}, None),
        ({"source_code": "open"}, Feature.OPEN_SOURCE),
        ({"source_code": "escrow"}, None),
        (AUDITED, Feature.ACCESSIBLE),
        (AUDITED | {"rgaa_rate": "100.000"}, Feature.ACCESSIBLE),
        (AUDITED | {"rgaa_rate": "74.999"}, None),
        ({"rgaa_rate": "100"}, None),
        ({"rgaa_audited_on": "2026-01-01"}, None),
        (AUDITED | {"rgaa_audited_on": "2023-11-26"}, Feature.ACCESSIBLE),
        (AUDITED | {"rgaa_audited_on": "2023-11-25"}, None),
        (AUDITED | {"rgaa_audited_on": "2026-11-27"}, None),
        (AUDITED | {"rgaa_rate": "beaucoup"}, None),
        (AUDITED | {"rgaa_audited_on": "hier"}, None),
        ({}, None),
    ],
)
def test_an_answer_gives_a_feature_or_none(answers: dict[str, Any], feature: Feature | None) -> None:
    assert features(answers) == ({feature} if feature else set())


@pytest.mark.parametrize("level", Level)
def test_a_reference_confirmed_or_better_is_a_feature(level: Level) -> None:
    found = features({}, DECLARED, Proof(level))
    assert (Feature.CONFIRMED in found) == (level in {Level.CONFIRMED, Level.CONTRACT, Level.DELIVERED})


def test_features_come_in_one_order_so_that_documents_compare() -> None:
    answers = {"source_code": "open", "api": "open", "hosting_country": "eu"} | AUDITED
    found = features_of(answers, [Proof(Level.DELIVERED)], priced=True, on=TODAY)
    assert found == tuple(feature.value for feature in Feature)
    assert all(isinstance(one, str) and not isinstance(one, Feature) for one in found)
