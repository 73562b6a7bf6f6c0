"""The words of a PDF, as a reader's « copy » gives them: each glyph through its font's table to Unicode."""

import io
import re

import pikepdf

PAIR = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")
BLOCK = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
RANGE = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")


def text_of(content: bytes) -> str:
    """All the text, its spaces made ordinary. A word cut at a line's end stays cut: see `squeezed`."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        said = "\n".join(_page(page) for page in pdf.pages)
    return " ".join(said.replace("\u00a0", " ").replace("\u202f", " ").split())


def squeezed(text: str) -> str:
    """`text` without what a line's end adds or takes: spaces and hyphens."""
    return re.sub(r"[\s\u00a0\u202f\u00ad\u2010-]", "", text)


def _page(page: pikepdf.Page) -> str:
    fonts = {name: _table(font) for name, font in page.resources.get("/Font", {}).items()}
    said: list[str] = []
    known: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "Tf":
                known = fonts[str(operands[0])]
            case "Tm" | "Td" | "T*":
                said.append("\n")
            case "Tj":
                said.append(_words(bytes(operands[0]), known))
            case "TJ":
                said += [
                    _words(bytes(part), known) for part in operands[0] if isinstance(part, pikepdf.String)
                ]
    return "".join(said)


def _words(codes: bytes, known: dict[int, str]) -> str:
    return "".join(known.get(int.from_bytes(codes[i : i + 2], "big"), "") for i in range(0, len(codes), 2))


def _table(font: pikepdf.Object) -> dict[int, str]:
    """Glyph → characters, as the font's ToUnicode says."""
    source = font["/ToUnicode"].read_bytes()
    found = {}
    for block in BLOCK.findall(source):
        found |= {
            int(code, 16): bytes.fromhex(to.decode()).decode("utf-16-be") for code, to in PAIR.findall(block)
        }
    for block in RANGES.findall(source):
        for first, last, to in RANGE.findall(block):
            for i in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + i] = chr(int(to, 16) + i)
    return found
