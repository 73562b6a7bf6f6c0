"""Pages of a list: numbered from 1, with the links that a page shows."""

from dataclasses import dataclass
from typing import Annotated

from litestar.params import QueryParameter

PageNumber = Annotated[int, QueryParameter(ge=1, le=10_000, description="Numéro de page, à partir de 1")]
PerPage = Annotated[int, QueryParameter(ge=1, le=100, description="Éléments par page")]
Query = Annotated[str, QueryParameter(max_length=500, description="Texte recherché")]


@dataclass(frozen=True, slots=True)
class Pages:
    """Where one page stands among all."""

    page: int
    per_page: int
    total: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.per_page

    def near(self) -> list[int]:
        """The page numbers worth a link: the first, the last, and those around this one (0 stands for a gap)."""
        wanted = sorted({1, self.last, *range(max(1, self.page - 2), min(self.last, self.page + 2) + 1)})
        shown: list[int] = []
        for number in wanted:
            if shown and number > shown[-1] + 1:
                shown.append(0)
            shown.append(number)
        return shown
