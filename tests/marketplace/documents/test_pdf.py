"""One source, set as a tagged PDF whose bytes depend on its data alone."""

import io
from datetime import date

import jinja2
import pikepdf
import pytest

from marketplace.documents import Block, Document, parse, render, to_pdf
from marketplace.documents.blocks import Run

MADE_ON = date(2026, 11, 22)
SOURCE = """
# Article premier

La ville de **{{ town }}** achète à {{ price | euros }} le {{ day | date }}.

- un
- deux

| Ville | Montant |
| --- | ---: |
| {{ town }} | 12 |
"""


def document(blocks: list[Block] | None = None, **changes: object) -> Document:
    facts = {
        "title": "Convention constitutive", "subtitle": "Éclairage public", "reference": "LC-2026-001",
        "notice": "Modèle à faire relire.", "summary": [("Coordonnateur", "Vierzon")],
        "blocks": blocks or parse(render(SOURCE, {"town": "Vierzon", "price": 125_050, "day": MADE_ON})),
        "signers": [("Vierzon", "Maire")],
    } | changes  # fmt: skip
    return Document(**facts)  # type: ignore[arg-type]


def structure(element: pikepdf.Object) -> set[str]:
    found = {str(element.S)} if "/S" in element else set()
    children = element.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and ("/S" in child or "/K" in child):
            found |= structure(child)
    return found


def test_a_document_is_tagged_in_french_and_has_its_title() -> None:
    with pikepdf.open(io.BytesIO(to_pdf(document(), made_on=MADE_ON))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).lower().startswith("fr")
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert {"/H1", "/P", "/L", "/Table", "/TH"} <= structure(pdf.Root.StructTreeRoot)
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == "Convention constitutive"
            assert metadata["pdfaid:part"] == "2"
            assert metadata["pdfuaid:part"] == "1"


def test_the_same_data_gives_the_same_bytes_and_other_data_others() -> None:
    first = to_pdf(document(), made_on=MADE_ON)
    assert to_pdf(document(), made_on=MADE_ON) == first
    assert to_pdf(document(reference="LC-2026-002"), made_on=MADE_ON) != first
    assert to_pdf(document(), made_on=date(2026, 11, 23)) != first


def test_a_character_that_no_typeface_has_does_not_stop_a_document() -> None:
    assert to_pdf(document(subtitle="Fête 🎉 du\u202fbourg 漢\x07"), made_on=MADE_ON).startswith(b"%PDF")


def test_values_are_text_never_markup_nor_code() -> None:
    hostile = '# Titre **gras** [lien](http://x) | a | {{ 7 * 7 }} <b> `x` #eval("1")'
    (heading, paragraph) = parse(render("# Article\n\n{{ said }}", {"said": hostile + "\n# autre"}))
    assert heading.runs == [Run("Article")]
    assert "".join(run.text for run in paragraph.runs).replace("\u00a0", " ") == hostile + " # autre"
    assert not any(run.bold or run.italic for run in paragraph.runs)
    assert to_pdf(document([heading, paragraph]), made_on=MADE_ON).startswith(b"%PDF")


def test_the_blocks_of_a_text_are_headings_paragraphs_lists_and_tables() -> None:
    blocks = parse(render(SOURCE, {"town": "Vierzon", "price": 125_050, "day": MADE_ON}))
    assert [block.kind for block in blocks] == ["heading", "paragraph", "list", "table"]
    assert [run.text for run in blocks[1].runs if run.bold] == ["Vierzon"]
    said = "".join(run.text for run in blocks[1].runs).replace("\u202f", " ").replace("\u00a0", " ")
    assert said == "La ville de Vierzon achète à 1 250,50 € le 22/11/2026."
    assert ([len(row) for row in blocks[3].rows], blocks[3].right) == ([2, 2], [False, True])


def test_a_missing_value_and_an_escape_from_the_sandbox_are_faults() -> None:
    with pytest.raises(jinja2.UndefinedError):
        render("{{ town }}", {})
    with pytest.raises(jinja2.exceptions.SecurityError):
        render("{{ ''.__class__.__mro__ }}", {})
