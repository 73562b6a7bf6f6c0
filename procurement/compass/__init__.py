"""Which procedure an amount leads to: dated rules of public procurement, as data, with their references.

Asked on the pooled total. A rule that changes is a new row of `rules.json` with its dates, never a line of code.
"""

from procurement.compass.compass import (
    NATURE_NAMES,
    Decision,
    Nature,
    NoRule,
    Procedure,
    Publicity,
    Threshold,
    decide,
    decide_if_known,
    reach,
    thresholds,
)
from procurement.compass.rules import DatedRule, value_of

__all__ = [
    "NATURE_NAMES",
    "DatedRule",
    "Decision",
    "Nature",
    "NoRule",
    "Procedure",
    "Publicity",
    "Threshold",
    "decide",
    "decide_if_known",
    "reach",
    "thresholds",
    "value_of",
]
