"""`/api/v1/compass`: which procedure an amount leads to."""

from datetime import date
from typing import Annotated, Any

from litestar import get
from litestar.params import FromQuery, QueryParameter

from marketplace import clock
from marketplace.money import parse_euros
from marketplace.web.transaction import Reads
from procurement import compass
from procurement.compass import Nature


@get("/compass", summary="Which procedure an amount HT leads to, with the dated rules", tags=["compass"])
async def ask(
    reads: Reads,
    nature: FromQuery[Nature],
    amount_ht: Annotated[str, QueryParameter(description="Euros HT, par exemple 59999.99", max_length=40)],
    innovative: FromQuery[bool] = False,
    date: FromQuery[date | None] = None,
) -> dict[str, Any]:
    amount = parse_euros(amount_ht, "amount_ht")
    on = date or clock.paris_day(await clock.now(reads))
    return compass.decide(nature=nature, amount_ht=amount, on=on, innovative=innovative).document()


HANDLERS = [ask]
