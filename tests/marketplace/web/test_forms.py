"""HTML forms bound to models: what was typed, what it means, everything that is wrong at once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from litestar.testing import RequestFactory
from pydantic import Field

from marketplace.actor import SYSTEM
from marketplace.audit import note
from marketplace.errors import Conflict, FieldError, Invalid, NotFound
from marketplace.web.forms import Form
from marketplace.web.schemas import Input
from marketplace.web.typed import Euros, Number, TypedDate
from tests.support.world import World


class LineForm(Input):
    label: str = Field(min_length=1)
    price: Euros


class PoolForm(Input):
    title: str = Field(min_length=1, max_length=20)
    quantity: Number = Decimal(7)
    ends: TypedDate | None = None
    agreed: bool = False
    towns: list[str] = []
    lines: list[LineForm] = []


async def sent(fields: dict[str, Any]) -> Form[PoolForm]:
    request = RequestFactory().post(
        "/", form_multipart=False, data=fields, request_media_type="application/x-www-form-urlencoded"
    )  # type: ignore[call-arg,arg-type]
    return await Form.read(request, PoolForm)
