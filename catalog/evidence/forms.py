"""The forms of evidence, as they are typed."""

from uuid import UUID

from catalog.evidence.schemas import Address
from catalog.texts import Line
from marketplace.web.schemas import Input
from marketplace.web.typed import TypedDate


class DocumentForm(Input):
    """A document and its dates; the claim is the page's."""

    title: Line
    dated_on: TypedDate
    expires_on: TypedDate | None = None


class AskForm(Input):
    email: Address


class ContractForm(Input):
    contract_id: UUID
