"""Every table can leave, as CSV or XLSX, from the rows that the page shows."""

from collections.abc import Iterable, Sequence

from litestar import Response

from marketplace.errors import NotFound
from marketplace.tabular import to_csv, to_xlsx
from marketplace.web.i18n import translate

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table_file(
    form: str, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]
) -> Response[bytes]:
    """The table `name` as a download in `form` (« csv » or « xlsx »), its header translated. Raises `NotFound` for another form."""
    header = [translate(title) for title in header]
    if form == "csv":
        content, media_type = to_csv(header, rows), "text/csv; charset=utf-8"
    elif form == "xlsx":
        content, media_type = to_xlsx(name, header, rows), XLSX
    else:
        raise NotFound
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(content, media_type=media_type, headers=headers)
