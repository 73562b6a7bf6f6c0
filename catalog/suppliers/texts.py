"""What the texts of a profile may hold: no markup, no mark that turns the reading direction, and codes whose key is right."""

import re
from typing import Annotated

from pydantic import AfterValidator, HttpUrl, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from stdnum.exceptions import ValidationError as NumberWrong
from stdnum.fr import tva

from marketplace.accounts.registration import address_of
from marketplace.errors import Invalid
from marketplace.web.schemas import clean, no_html
from marketplace.words import N_

TELEPHONE = re.compile(r"\+?[0-9][0-9 .()-]{4,28}[0-9]", re.ASCII)


def _plain(value: str) -> str:
    return no_html(clean(value))


def _web_address(value: str) -> str:
    try:
        url = TypeAdapter(HttpUrl).validate_python(_plain(value))
    except ValidationError:
        url = None
    if url is None or url.username or url.password:
        raise PydanticCustomError(
            "choice", N_("Donnez une adresse complète, par exemple https://www.exemple.fr")
        )
    return str(url)


def _email(value: str) -> str:
    try:
        return address_of(_plain(value))
    except Invalid as refusal:
        raise PydanticCustomError("email", refusal.fields[0].sentence) from None


def _postcode(value: str) -> str:
    if not re.fullmatch("[0-9]{5}", value, re.ASCII):
        raise PydanticCustomError("choice", N_("Un code postal a cinq chiffres, par exemple 18100."))
    return value


def _area(value: str) -> str:
    if not re.fullmatch("[0-9A-Za-z]{2,3}", value, re.ASCII):
        raise PydanticCustomError("choice", N_("Donnez un code, par exemple 18, 2A ou 974."))
    return value.upper()


def _telephone(value: str) -> str:
    if not TELEPHONE.fullmatch(value):
        raise PydanticCustomError("choice", N_("Écrivez un numéro de téléphone, par exemple 01 23 45 67 89."))
    return value


def _iban(value: str) -> str:
    try:
        return IBAN(value.replace("\u00a0", " ").replace("\u202f", " ")).compact
    except (SchwiftyException, ValueError):
        raise PydanticCustomError(
            "choice", N_("Cet IBAN n’existe pas : recopiez-le depuis votre relevé d’identité bancaire.")
        ) from None


def _bic(value: str) -> str:
    try:
        return BIC(value).compact
    except (SchwiftyException, ValueError):
        raise PydanticCustomError(
            "choice", N_("Ce BIC n’existe pas : il a 8 ou 11 caractères, par exemple PSSTFRPPLIL.")
        ) from None


def _vat_number(value: str) -> str:
    try:
        digits = tva.validate(value.replace("\u00a0", " ").replace("\u202f", " "))
    except NumberWrong:
        digits = ""
    if not digits.isascii() or not digits:
        raise PydanticCustomError(
            "choice", N_("Ce numéro de TVA n’existe pas : il s’écrit FR, deux caractères, puis le SIREN.")
        )
    return f"FR{digits}"


Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_plain)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=3000), AfterValidator(_plain)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_plain)]
WebAddress = Annotated[str, StringConstraints(max_length=300), AfterValidator(_web_address)]
Email = Annotated[str, StringConstraints(min_length=1, max_length=320), AfterValidator(_email)]
Telephone = Annotated[str, StringConstraints(max_length=40), AfterValidator(_telephone)]
Iban = Annotated[str, StringConstraints(max_length=60), AfterValidator(_iban)]
Bic = Annotated[str, StringConstraints(max_length=20), AfterValidator(_bic)]
VatNumber = Annotated[str, StringConstraints(max_length=30), AfterValidator(_vat_number)]
Postcode = Annotated[str, StringConstraints(max_length=20), AfterValidator(_postcode)]
Area = Annotated[str, StringConstraints(max_length=20), AfterValidator(_area)]
