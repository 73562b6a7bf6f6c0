"""The newcomers' place: a rule, not a weight. Pure.

When more than five sheets answer, and none of the first five is a newcomer, the best newcomer among the others takes the fifth
place, says so, and keeps its score. A newcomer was first published less than twelve months ago and has two references at most. It
takes the place only when it is well documented, and when its words answer enough, as every sheet's (`filters.LEAST`): the rule opens a
door, it does not push a sheet in.
"""

from collections.abc import Sequence
from datetime import date

from search.facts.shape import Facts
from search.matching.choices import told
from search.matching.scoring import Scored

FIRST = 5
"""The places among which one is a newcomer's."""
DAYS = 365
MOST_REFERENCES = 2
LEAST_TOLD = 8
"""Of the facts below, how many a well-documented sheet tells."""


def is_newcomer(facts: Facts, on: date) -> bool:
    """Whether a sheet was first published less than twelve months ago, with two references at most."""
    return (
        facts.published_on is not None
        and (on - facts.published_on).days < DAYS
        and len(facts.deployments) <= MOST_REFERENCES
    )


def documented(facts: Facts) -> int:
    """How many facts that matching reads are told, of fourteen."""
    answers = facts.answers
    asked = (
        answers.hosting_country, answers.extra_eu_parent, answers.certifications, answers.ai_training, answers.data_ownership,
        answers.api, answers.standards, answers.exports, answers.exit_price, answers.source_code, answers.rgaa_rate,
    )  # fmt: skip
    return sum(told(answer) for answer in asked) + bool(facts.prices) + (facts.since is not None) + (facts.deployment_weeks_min is not None)  # fmt: skip


def placed(ranked: Sequence[Scored], on: date) -> tuple[list[Scored], Scored | None]:
    """`ranked` with the newcomers' place given, and to whom; None when nobody needed it or nobody was fit."""
    order = list(ranked)
    if len(order) <= FIRST or any(is_newcomer(one.candidate.facts, on) for one in order[:FIRST]):
        return order, None
    for one in order[FIRST:]:
        facts = one.candidate.facts
        if is_newcomer(facts, on) and documented(facts) >= LEAST_TOLD:
            order.remove(one)
            order.insert(FIRST - 1, one)
            return order, one
    return order, None
