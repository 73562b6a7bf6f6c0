"""The forms of the agreement's acts."""

from marketplace.web.schemas import Input, Short
from marketplace.web.typed import TypedDate


class DeliberationForm(Input):
    number: Short
    voted_on: TypedDate
    transmitted_on: TypedDate


class SignatureForm(Input):
    sha256: str
    signatory_name: Short
    signatory_title: Short
    signed_on: TypedDate
