"""The tree that every output is made from: headings, paragraphs, lists and tables of runs of text."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from marketplace.web.i18n import french_spaces

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text of one style."""

    text: str
    bold: bool = False
    italic: bool = False


Runs = list[Run]


@dataclass(slots=True)
class Block:
    """`kind` says which of the fields are used: heading (level, runs), paragraph (runs), list (ordered, items), table (rows).

    A table's first row is its header. `right` says which columns are figures, `widths` how the columns share the width
    (nothing: as their texts ask).
    """

    kind: Literal["heading", "paragraph", "list", "table"]
    level: int = 1
    runs: Runs = field(default_factory=list)
    ordered: bool = False
    items: list[Runs] = field(default_factory=list)
    rows: list[list[Runs]] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Document:
    """A document to be set: its title, what stands under it, its articles, its annexes, and who signs."""

    title: str
    subtitle: str
    reference: str
    notice: str
    summary: list[tuple[str, str]]
    blocks: list[Block]
    annexes: list[Block] = field(default_factory=list)
    signers: list[tuple[str, str]] = field(default_factory=list)
    numbered: bool = True
    landscape: bool = False
    language: str = "fr"

    def data(self) -> dict[str, Any]:
        """As JSON values, for the typesetter."""
        return asdict(self)


def parse(markdown: str) -> list[Block]:
    """The blocks of a Markdown text. Anything but headings, paragraphs, lists and tables is a fault of the template."""
    found: list[Block] = []
    tokens = _markdown.parse(markdown)
    lists: list[Block] = []
    for i, token in enumerate(tokens):
        match token.type:
            case "heading_open":
                found.append(Block("heading", level=int(token.tag[1]), runs=_runs(tokens[i + 1])))
            case "bullet_list_open" | "ordered_list_open":
                lists.append(Block("list", ordered=token.type == "ordered_list_open"))
                found.append(lists[-1])
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "inline" if tokens[i - 1].type == "paragraph_open":
                if lists:
                    lists[-1].items.append(_runs(token))
                else:
                    found.append(Block("paragraph", runs=_runs(token)))
            case "table_open":
                found.append(Block("table"))
            case "tr_open":
                found[-1].rows.append([])
            case "th_open" | "td_open":
                _cell(found[-1], token, tokens[i + 1])
            case _:
                continue
    return found


def _cell(table: Block, token: Token, content: Token) -> None:
    if token.type == "th_open":
        table.right.append("right" in str(token.attrGet("style") or ""))
    table.rows[-1].append(_runs(content))


def _runs(token: Token) -> Runs:
    runs: Runs = []
    bold = italic = False
    for child in token.children or []:
        match child.type:
            case "strong_open" | "strong_close":
                bold = child.type == "strong_open"
            case "em_open" | "em_close":
                italic = child.type == "em_open"
            case "softbreak" | "hardbreak":
                runs.append(Run(" ", bold, italic))
            case "text" | "text_special" | "code_inline":
                runs.append(Run(french_spaces(child.content), bold, italic))
            case _:
                raise ValueError(f"a template may not hold {child.type}")
    return runs
