"""Public contract data, as the State's schema writes it (DECP 2.0.3, JSON): one contract read, with every fault of it.

Only what evidence needs is read; what else a record says is left out. A concession is read as a contract: its granting authority
is the buyer. A later modification's duration and amount stand for the first ones.
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from catalog.solutions.content import CPV
from marketplace.errors import FieldError, wrong
from marketplace.tabular import MAX_BYTES, SourceRow, UnreadableFile
from marketplace.web.schemas import clean
from marketplace.web.validation import from_pydantic
from marketplace.words import N_

SIRET = re.compile(r"[0-9]{14}", re.ASCII)
MOST_EUROS = Decimal(10) ** 13


def _siret(value: str) -> str:
    if not SIRET.fullmatch(value):
        raise PydanticCustomError("siret", N_("Le SIRET d’un acheteur a quatorze chiffres."))
    return value


def _cpv(value: str) -> str:
    if not CPV.fullmatch(value):
        raise PydanticCustomError(
            "cpv", N_("Un code CPV a huit chiffres, puis au besoin un tiret et un chiffre.")
        )
    return value


def _day(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise PydanticCustomError("date", N_("Écrivez une date comme 2026-11-22."))
    return value


def _bare(value: Any) -> Any:
    """`[{"titulaire": {…}}]` or `[{…}]`: both are met."""
    if not isinstance(value, list):
        return value
    return [next(iter(one.values())) if isinstance(one, dict) and len(one) == 1 and isinstance(next(iter(one.values())), dict) else one for one in value]  # fmt: skip


Text = Annotated[
    str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True), AfterValidator(clean)
]
Line = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(clean)
]
Day = Annotated[date, BeforeValidator(_day), Field(ge=date(1990, 1, 1), le=date(2199, 12, 31))]
Euros = Annotated[Decimal, Field(ge=0, le=MOST_EUROS, allow_inf_nan=False)]
Months = Annotated[int, Field(ge=0, le=1200)]


class Record(BaseModel):
    """A part of a record. What it says beside is left out."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class Buyer(Record):
    id: Annotated[str, AfterValidator(_siret)]


class Holder(Record):
    id: Line
    kind: Line = Field(alias="typeIdentifiant")

    @property
    def siren(self) -> str | None:
        """The SIREN of a holder known by its SIRET."""
        return self.id[:9] if self.kind == "SIRET" and SIRET.fullmatch(self.id) else None


class Place(Record):
    code: Line
    kind: Line = Field(alias="typeCode")


class Modification(Record):
    months: Months | None = Field(default=None, alias="dureeMois")
    amount: Euros | None = Field(default=None, alias="montant")


class Contract(Record):
    """A contract as it is kept."""

    number: Line = Field(alias="id")
    buyer: Buyer = Field(alias="acheteur")
    holders: Annotated[list[Holder], BeforeValidator(_bare), Field(min_length=1, max_length=200)] = Field(
        alias="titulaires"
    )
    nature: Line
    procedure: Line
    object: Text = Field(alias="objet")
    cpv: Annotated[str, AfterValidator(_cpv)] = Field(alias="codeCPV")
    amount: Euros = Field(alias="montant")
    months: Months = Field(alias="dureeMois")
    notified_on: Day = Field(alias="dateNotification")
    published_on: Day | None = Field(default=None, alias="datePublicationDonnees")
    place: Place | None = Field(default=None, alias="lieuExecution")
    innovative: bool = Field(default=False, alias="marcheInnovant")
    modifications: Annotated[list[Modification], BeforeValidator(_bare), Field(max_length=500)] = []

    @property
    def uid(self) -> str:
        """The national identifier: the buyer's SIRET, then the buyer's number."""
        return f"{self.buyer.id}{self.number}"

    def row(self) -> dict[str, Any]:
        """The columns of `PublicContract`."""
        months = [m.months for m in self.modifications if m.months is not None]
        amounts = [m.amount for m in self.modifications if m.amount is not None]
        amount = amounts[-1] if amounts else self.amount
        return {
            "uid": self.uid, "number": self.number, "buyer_siret": self.buyer.id, "buyer_siren": self.buyer.id[:9],
            "holders": [holder.id for holder in self.holders],
            "holder_sirens": sorted({holder.siren for holder in self.holders if holder.siren}),
            "nature": self.nature, "procedure": self.procedure, "object": self.object, "cpv": self.cpv,
            "amount_cents": int((amount * 100).to_integral_value()), "months": months[-1] if months else self.months,
            "notified_on": self.notified_on, "published_on": self.published_on,
            "place_code": self.place.code if self.place else None, "place_kind": self.place.kind if self.place else None,
            "innovative": self.innovative,
        }  # fmt: skip


_OF_CONCESSION = {
    "autoriteConcedante": "acheteur",
    "concessionnaires": "titulaires",
    "valeurGlobale": "montant",
    "dateSignature": "dateNotification",
}


NO_CPV = "00000000"
"""What stands for the CPV code of a concession, whose record has none: it is of no division."""


def read(values: dict[str, Any]) -> tuple[Contract | None, list[FieldError]]:
    """A contract, or its faults."""
    if "autoriteConcedante" in values:
        values = {"codeCPV": NO_CPV} | {_OF_CONCESSION.get(key, key): value for key, value in values.items()}
    try:
        return Contract.model_validate(values), []
    except ValidationError as error:
        return None, list(from_pydantic(error.errors()))


def read_file(path: Path) -> list[SourceRow]:
    """The records of a DECP file. Raises `UnreadableFile`."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _unreadable(
                path, N_("Ce fichier est trop gros : découpez-le en fichiers de 50 Mo au plus.")
            )
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise _unreadable(
            path, N_("Impossible de lire ce fichier : {why}."), why=error.strerror or str(error)
        ) from None
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, N_("Ce JSON est incomplet ou mal écrit : {why}."), why=str(error)) from None
    found = list(_records(document))
    if not found:
        raise _unreadable(
            path, N_('Aucun marché dans ce fichier : on attend le format DECP 2.0.3, {{"marches": {{"marche": […]}}}}.')
        )  # fmt: skip
    return found


def _records(document: Any) -> Iterator[SourceRow]:
    """`{"marches": {"marche": [], "contrat-concession": []}}`, `{"marches": []}` or a bare list."""
    held = document.get("marches") if isinstance(document, dict) else document
    parts = held.items() if isinstance(held, dict) else [("", held)]
    for name, records in parts:
        for i, record in enumerate(records if isinstance(records, list) else ()):
            bare = record.get("marche", record) if isinstance(record, dict) else record
            yield SourceRow(f"{name}[{i}]", bare if isinstance(bare, dict) else {"": bare})


def _unreadable(path: Path, sentence: str, **facts: object) -> UnreadableFile:
    return UnreadableFile([wrong(path.name, sentence, code="unreadable_file", **facts)])
