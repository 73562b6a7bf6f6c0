"""`/api/v1/my/solutions/{id}/matches`: a need tried on my sheet, and what towns' real questions met of it."""

from uuid import UUID

from litestar import get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from catalog.solutions.lifecycle import SolutionState
from marketplace.ids import SolutionId
from marketplace.web.csrf import ASKS
from marketplace.web.transaction import By, Reads
from search.matching import asking
from search.matching.schemas import StatedNeed
from search.own_sheet import queries
from search.own_sheet.schemas import OwnMatchOut, QuestionsOut, own_match_out, questions_out
from search.own_sheet.trying import NotPublished, try_need

MATCHES = "/my/solutions/{solution_id:uuid}/matches"
TAGS = ["matches"]


@post(MATCHES, summary="Try a need on my sheet: its place, and why. Nothing is kept or counted", tags=TAGS, status_code=200, opt={ASKS: True})  # fmt: skip
async def try_on_my_sheet(
    reads: Reads, state: State, by: By, solution_id: FromPath[UUID], data: JSONBody[StatedNeed]
) -> OwnMatchOut:
    sheet = await queries.one(reads, SolutionId(solution_id), by)
    question = await asking.question_of(reads, data)
    return own_match_out(await try_need(reads, state.search, question, [sheet]))


@get(MATCHES, summary="How many questions of towns found my sheet, in bands, and what left it out", tags=TAGS)
async def questions_of_towns(reads: Reads, by: By, solution_id: FromPath[UUID]) -> QuestionsOut:
    sheet = await queries.one(reads, SolutionId(solution_id), by)
    if sheet.state is not SolutionState.PUBLISHED:
        raise NotPublished
    return questions_out(sheet.id, await queries.period(reads), (await queries.met(reads)).get(sheet.id))


HANDLERS = [try_on_my_sheet, questions_of_towns]
