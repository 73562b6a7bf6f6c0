"""Setting a document as a tagged PDF (PDF/A-2a and PDF/UA-1, validated by typst while it compiles).

The bytes depend on the data and on `made_on` alone. A character that the typeface lacks is replaced by `?` in brackets:
one emoji typed in a form would otherwise fail the whole document.
"""

import json
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typst

from marketplace.documents.blocks import Document

HERE = Path(__file__).parent
MISSING = "[?]"


def to_pdf(document: Document, *, made_on: date) -> bytes:
    """The PDF of `document`. Takes a fraction of a second and blocks: call it in a thread."""
    data = _printable(document.data())
    pdf: bytes = typst.compile(
        HERE / "agreement.typ",
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["a-2a", "ua-1"],
        font_paths=[_fonts()],
        ignore_system_fonts=True,
        timestamp=int(datetime.combine(made_on, time(), UTC).timestamp()),
    )
    return pdf


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        known = _glyphs()
        return "".join(c if ord(c) in known else (" " if c.isspace() else MISSING) for c in value)
    if isinstance(value, dict):
        return {key: _printable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(inner) for inner in value]
    return value


@cache
def _fonts() -> Path:
    spec = find_spec("fontpkg_source_sans_3")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package fontpkg-source-sans-3 is not installed")
    return Path(spec.origin).parent / "files"


@cache
def _glyphs() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    upright = next(path for path in sorted(_fonts().glob("*.ttf")) if "Italic" not in path.name)
    with TTFont(upright, lazy=True) as font:
        return frozenset(font.getBestCmap() or {})
