"""Every table can leave, as CSV or XLSX, from the rows that the page shows."""

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any

from litestar import Request, Response

from marketplace.tabular import to_csv, to_xlsx
from marketplace.web.i18n import translate

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def both(path: str) -> list[str]:
    """The addresses of a table's two downloads. Spelled out, since the router's parameters are whole segments."""
    return [f"{path}.csv", f"{path}.xlsx"]


def table_file(
    request: Request[Any, Any, Any], name: str, header: Sequence[str], rows: Iterable[Sequence[object]]
) -> Response[bytes]:
    """The table `name` as a download in the form that the address ends with (see `both`), its header translated."""
    form = PurePosixPath(request.url.path).suffix.removeprefix(".")
    header = [translate(title) for title in header]
    if form == "csv":
        content, media_type = to_csv(header, rows), "text/csv"
    else:
        content, media_type = to_xlsx(name, header, rows), XLSX
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(content, media_type=media_type, headers=headers)
