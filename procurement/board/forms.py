"""The forms of a pool's pages: what people type, in their own words, turned into the domain's schemas."""

from decimal import Decimal
from uuid import UUID

from pydantic import Field

from marketplace.web.schemas import Input, Sentence, Short, Text
from marketplace.web.typed import Euros, Number, TypedDate
from procurement.compass import Nature
from procurement.pools.models import MissedPolicy, Mission, Rule


class PoolForm(Input):
    """Opening a pool: one line on the page, the commonest case; several through the API."""

    title: Short
    label: Short
    nature: Nature
    vat_rate: Number = Field(default=Decimal(20), le=100)
    minimum: Number | None = None
    estimate: Euros | None = None
    census_ends_on: TypedDate
    commitment_ends_on: TypedDate
    mission: Mission = Mission.SIGN
    rule: Rule = Rule.PRO_RATA_FIRM
    missed_policy: MissedPolicy = MissedPolicy.EXTEND
    alone: bool = False
    innovative: bool = False


class DeclaredLine(Input):
    """What a town types for one line."""

    line_id: UUID
    firm: Number = Decimal(0)
    tolerance: Number = Decimal(0)
    maximum: Number | None = None
    cap: Euros | None = None


class JoinForm(Input):
    """All lines at once, and the version that was read."""

    needs: list[DeclaredLine]
    version: int | None = None


class InviteForm(Input):
    """Codes or names, one a line, as pasted from a spreadsheet."""

    towns: Text


class ReasonForm(Input):
    reason: Sentence


class DayForm(Input):
    day: TypedDate
