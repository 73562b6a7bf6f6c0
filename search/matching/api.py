"""`POST /api/v1/matches` and `GET /api/v1/weights`."""

from litestar import get, post
from litestar.datastructures import State
from litestar.params import JSONBody

from marketplace.web.csrf import ASKS
from marketplace.web.schemas import Output
from marketplace.web.transaction import By, Writes
from search.engines import Searcher
from search.matching import asking, keeping
from search.matching.answering import answer
from search.matching.schemas import MatchesOut, MatchIn, WeightsOut
from search.matching.telling import matches_out, weights_out
from search.matching.weights import default, of_domains


class WeightsList(Output):
    """What each signal weighs: `default`, and the domains that have weights of their own. Each sums to 100."""

    default: WeightsOut
    domains: list[WeightsOut]


@post(
    "/matches",
    summary="From a need to an explained short list",
    tags=["matches"],
    status_code=200,
    opt={ASKS: True},
)
async def match(session: Writes, state: State, by: By, data: JSONBody[MatchIn]) -> MatchesOut:
    engine: Searcher = state.search
    question = await asking.question_of(session, data)
    found = await answer(session, engine, question, limit=data.limit)
    told = matches_out(found)
    kept = keeping.keep(session, found, told, by=by)
    return told.model_copy(update={"log_id": kept.id})


@get("/weights", summary="What each signal weighs, by domain", tags=["matches"])
async def weights() -> WeightsList:
    return WeightsList(
        default=weights_out(default()), domains=[weights_out(one) for one in of_domains().values()]
    )


HANDLERS = [match, weights]
