"""One source for every legal document: Markdown with typed values → blocks → tagged PDF (DOCX and ODT follow).

Values are data: they are escaped before Markdown is read, never executed. A PDF's bytes depend on its data alone.
"""

from marketplace.documents.blocks import Block, Document, parse
from marketplace.documents.pdf import to_pdf
from marketplace.documents.templating import render

__all__ = ["Block", "Document", "parse", "render", "to_pdf"]
