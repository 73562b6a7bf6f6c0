"""What the agreement's acts say."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from marketplace.web.schemas import Input, Output, Short


class DeliberationIn(Input):
    """The council's vote; it is enforceable from its transmission to the prefect."""

    number: Short
    voted_on: date
    transmitted_on: date


class SignatureIn(Input):
    """A signature of the version whose hash was read."""

    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    signatory_name: Short
    signatory_title: Short
    signed_on: date


class AgreementOut(Output):
    id: UUID
    number: int
    template: str
    template_version: str
    file_id: UUID
    sha256: str
    ready_at: datetime
