"""`marketplace document`: any agreement template filled from a file, without a database."""

import json
from pathlib import Path

from pydantic import ValidationError

from catalog.agreements import FOUNDING_AGREEMENT, load_template
from catalog.agreements.founding_agreement import FoundingAgreementValues
from marketplace.documents import to_pdf
from marketplace.errors import Invalid, wrong
from marketplace.web.validation import from_pydantic
from marketplace.words import N_
from procurement.conventions.generating import compose

KINDS = (FOUNDING_AGREEMENT,)


def write_document(kind: str, data: Path, out: Path) -> None:
    """Fill the template `kind` with the JSON of `data`, and write `out` (.pdf). Raises `Invalid` naming each wrong value."""
    if kind not in KINDS:
        raise Invalid(
            [wrong("KIND", N_("Modèles disponibles : {accepted}."), code="choice", accepted=", ".join(KINDS))]
        )
    if out.suffix.lower() != ".pdf":
        raise Invalid([wrong("--out", N_("Format accepté : .pdf."), code="format")])
    try:
        values = FoundingAgreementValues.model_validate(json.loads(data.read_text()))
    except ValidationError as error:
        raise Invalid(from_pydantic(error.errors())) from None
    except (ValueError, OSError) as error:
        raise Invalid(
            [wrong(data.name, N_("Ce fichier n’est pas un JSON lisible : {why}."), why=str(error))]
        ) from None
    out.write_bytes(to_pdf(compose(load_template(kind), values), made_on=values.generated_on))
