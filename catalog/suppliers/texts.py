"""What a profile holds that has a form or a key: codes, account numbers, places. Its texts are those of `catalog.texts`."""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from stdnum.exceptions import ValidationError as NumberWrong
from stdnum.fr import tva

from catalog.texts import plain_text
from marketplace.words import N_


def _postcode(value: str) -> str:
    if not re.fullmatch("[0-9]{5}", value, re.ASCII):
        raise PydanticCustomError("choice", N_("Un code postal a cinq chiffres, par exemple 18100."))
    return value


def _area(value: str) -> str:
    if not re.fullmatch("[0-9A-Za-z]{2,3}", value, re.ASCII):
        raise PydanticCustomError("choice", N_("Donnez un code, par exemple 18, 2A ou 974."))
    return value.upper()


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


Presentation = Annotated[str, StringConstraints(min_length=1, max_length=3000), AfterValidator(plain_text)]
Iban = Annotated[str, StringConstraints(max_length=60), AfterValidator(_iban)]
Bic = Annotated[str, StringConstraints(max_length=20), AfterValidator(_bic)]
VatNumber = Annotated[str, StringConstraints(max_length=30), AfterValidator(_vat_number)]
Postcode = Annotated[str, StringConstraints(max_length=20), AfterValidator(_postcode)]
Area = Annotated[str, StringConstraints(max_length=20), AfterValidator(_area)]
