"""`/api/v1`: who is in charge of a pool, and handing one's duties over."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, delete, get, post
from litestar.params import FromPath, JSONBody

from marketplace import clock
from marketplace.ids import PersonId, PoolId
from marketplace.web.creating import creating
from marketplace.web.schemas import Input, Output
from marketplace.web.transaction import By, Reads, Writes
from procurement.pools import appointments
from procurement.pools.models import Duty


class NewAppointment(Input):
    """`POST /pools/{id}/appointments`: somebody of the coordinating town, and what they are in charge of."""

    person_id: UUID
    duty: Duty


class AppointmentOut(Output):
    """One duty of one person, in force."""

    id: UUID
    pool_id: UUID
    person_id: UUID
    duty: Duty


class InChargeOut(AppointmentOut):
    """The same, with the names that a list shows."""

    person_name: str
    pool_title: str
    since: datetime


class HandOver(Input):
    """`POST /organisation/handovers`: every duty of `leaver_id` goes to `successor_id`."""

    leaver_id: UUID
    successor_id: UUID


class HandedOver(Output):
    """How many duties changed hands."""

    count: int


@get(
    "/pools/{pool_id:uuid}/appointments",
    summary="Who is in charge of my pool (its coordinator)",
    tags=["pools"],
)
async def list_appointments(reads: Reads, by: By, pool_id: FromPath[UUID]) -> list[InChargeOut]:
    return [
        InChargeOut.model_validate(found) for found in await appointments.of_pool(reads, PoolId(pool_id), by)
    ]


@post(
    "/pools/{pool_id:uuid}/appointments",
    summary="Put somebody of my town in charge (its coordinator)",
    tags=["pools"],
)
@creating
async def appoint(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    pool_id: FromPath[UUID],
    data: JSONBody[NewAppointment],
) -> AppointmentOut:
    del request
    made = await appointments.appoint(session, PoolId(pool_id), PersonId(data.person_id), data.duty, by=by)
    return AppointmentOut.model_validate(made)


@delete(
    "/pools/{pool_id:uuid}/appointments/{appointment_id:uuid}",
    summary="End an appointment (the pool's coordinator)",
    tags=["pools"],
    status_code=204,
)
async def end_appointment(
    session: Writes, by: By, pool_id: FromPath[UUID], appointment_id: FromPath[UUID]
) -> None:
    await appointments.end(session, PoolId(pool_id), appointment_id, by=by, now=await clock.now(session))


@get("/organisation/appointments", summary="Who is in charge of what in my town", tags=["pools"])
async def list_in_charge(reads: Reads, by: By) -> list[InChargeOut]:
    return [InChargeOut.model_validate(found) for found in await appointments.of_town(reads, by)]


@post("/organisation/handovers", summary="Give all of somebody's duties to a colleague", tags=["pools"])
@creating
async def hand_over(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[HandOver]
) -> HandedOver:
    del request
    count = await appointments.hand_over(
        session, PersonId(data.leaver_id), PersonId(data.successor_id), by=by, now=await clock.now(session)
    )  # fmt: skip
    return HandedOver(count=count)


HANDLERS = [list_appointments, appoint, end_appointment, list_in_charge, hand_over]
