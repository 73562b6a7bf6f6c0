"""Texts that the directory holds: plain, without HTML (`nh3` says what is) nor characters that change the direction of reading."""

import re
from typing import Annotated

from pydantic import AfterValidator, HttpUrl, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from marketplace.accounts.registration import address_of
from marketplace.errors import Invalid
from marketplace.web.schemas import clean, no_html
from marketplace.words import N_

TELEPHONE = re.compile(r"\+?[0-9][0-9 .()-]{4,28}[0-9]", re.ASCII)


def plain_text(value: str) -> str:
    """`value`, when nothing in it is HTML, invisible or turned round."""
    return no_html(clean(value))


def _web_address(value: str) -> str:
    try:
        url = TypeAdapter(HttpUrl).validate_python(plain_text(value))
    except ValidationError:
        url = None
    if url is None or url.username or url.password:
        raise PydanticCustomError(
            "choice", N_("Donnez une adresse complète, par exemple https://www.exemple.fr")
        )
    return str(url)


def _email(value: str) -> str:
    try:
        return address_of(plain_text(value))
    except Invalid as refusal:
        raise PydanticCustomError("email", refusal.fields[0].sentence) from None


def _telephone(value: str) -> str:
    if not TELEPHONE.fullmatch(value):
        raise PydanticCustomError("choice", N_("Écrivez un numéro de téléphone, par exemple 01 23 45 67 89."))
    return value


_plain = AfterValidator(plain_text)
Line = Annotated[str, StringConstraints(min_length=1, max_length=200), _plain]
Phrase = Annotated[str, StringConstraints(min_length=1, max_length=500), _plain]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=5000), _plain]
Summary = Annotated[str, StringConstraints(min_length=1, max_length=1000), _plain]
Description = Annotated[str, StringConstraints(min_length=1, max_length=20_000), _plain]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=60), _plain]
WebAddress = Annotated[str, StringConstraints(max_length=300), AfterValidator(_web_address)]
Email = Annotated[str, StringConstraints(min_length=1, max_length=320), AfterValidator(_email)]
Telephone = Annotated[str, StringConstraints(max_length=40), AfterValidator(_telephone)]
