"""A document as it is stored: an allow-list of public fields, and what ranks and sorts them."""

from datetime import date
from typing import Any
from uuid import UUID

from search.engines.documents import SearchDocument
from search.language.terms import fold

OF_DOCUMENT = (
    "id", "slug", "name", "summary", "problem", "description", "supplier", "domains", "tags", "maturity", "fictional", "priced",
    "features", "references", "published_on", "audiences", "version",
)  # fmt: skip
STORED = (*OF_DOCUMENT, "domain_words", "running", "priced_rank", "name_key", "published", "stamp")
"""Every field that the index may hold; another one never leaves this process, nor the server."""
SHOWN = (
    "id", "slug", "name", "summary", "supplier", "domains", "tags", "maturity", "fictional", "priced", "features", "references",
)  # fmt: skip
"""What a hit brings back."""


def stored(document: SearchDocument, stamp: int) -> dict[str, Any]:
    """`document` as JSON. `stamp` grows with each write: the last one and the count name a state of the index."""
    fields: dict[str, Any] = {name: _plain(getattr(document, name)) for name in OF_DOCUMENT}
    return fields | {
        "domain_words": document.domain_words,
        "running": int(document.maturity != "stopped"),
        "priced_rank": int(document.priced),
        "name_key": fold(document.name),
        "published": document.published_on.toordinal() if document.published_on else 0,
        "stamp": stamp,
    }


def document_of(row: dict[str, Any]) -> SearchDocument:
    """The document that `stored` wrote."""
    day = row.get("published_on")
    return SearchDocument.from_columns(
        {**row, "id": UUID(row["id"]), "published_on": date.fromisoformat(day) if day else None}
    )


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
