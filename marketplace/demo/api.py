"""What exists in demo mode only: the clock to move forward (`/api/v1/demo/clock`)."""

from datetime import datetime, timedelta

from litestar import get, post
from litestar.params import JSONBody
from pydantic import Field

from marketplace import clock
from marketplace.demo.clock import advance
from marketplace.web.schemas import Input, Output
from marketplace.web.transaction import Reads, Writes


class Advance(Input):
    """How far to move the clock."""

    days: int = Field(ge=1, le=3650)


class Clock(Output):
    now: datetime


@get("/demo/clock", summary="The market's present (demo only)", tags=["demo"])
async def show_clock(reads: Reads) -> Clock:
    return Clock(now=await clock.now(reads))


@post("/demo/clock", summary="Move the market's clock forward (demo only)", tags=["demo"], status_code=200)
async def move_clock(session: Writes, data: JSONBody[Advance]) -> Clock:
    return Clock(now=await advance(session, timedelta(days=data.days)))


HANDLERS = [show_clock, move_clock]
