"""How good an order of results is, against what a person judged. Pure arithmetic.

Three measures of the first ten results, each from 0 to 1, each a mean over queries, so that a query with many answers
weighs as much as one with a single answer:

    nDCG@10    gains 2^grade - 1, discounted by log2(place + 1), over those of the judge's own order (Järvelin and
               Kekäläinen 2002, in the exponential form of Burges 2005). On our queries, gains equal to the grade give
               figures within 0.005 of these.
    recall@10  how many of the sheets of grade 2 or more are among the first ten, over how many there are
    MRR        1 / the place of the first sheet of grade 2 or more among the first ten, 0 when there is none

What nobody judged counts for 0.
"""

import math
from collections.abc import Mapping, Sequence

TOP = 10
USEFUL = 2
"""The grade from which a sheet answers the need; 1 is a neighbour, good to show afterwards."""


def ndcg(found: Sequence[str], judged: Mapping[str, int]) -> float:
    """nDCG@10 of the ids `found`, in order. `judged` has a grade above 0."""
    gained = [_gain(judged.get(id_, 0)) for id_ in found[:TOP]]
    best = sorted(map(_gain, judged.values()), reverse=True)[:TOP]
    return _discounted(gained) / _discounted(best)


def recall(found: Sequence[str], judged: Mapping[str, int]) -> float | None:
    """recall@10; None when no sheet is useful, since then there is nothing to find."""
    useful = {id_ for id_, grade in judged.items() if grade >= USEFUL}
    return len(useful.intersection(found[:TOP])) / len(useful) if useful else None


def reciprocal_rank(found: Sequence[str], judged: Mapping[str, int]) -> float | None:
    """1 / the place of the first useful sheet, 0 when none is among the first ten; None when no sheet is useful."""
    if max(judged.values(), default=0) < USEFUL:
        return None
    places = (place for place, id_ in enumerate(found[:TOP], 1) if judged.get(id_, 0) >= USEFUL)
    return 1 / first if (first := next(places, None)) else 0.0


def _gain(grade: int) -> int:
    return int(2**grade) - 1


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))
