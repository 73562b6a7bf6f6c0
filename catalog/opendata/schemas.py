"""What the imports' API takes and answers."""

from datetime import datetime
from uuid import UUID

from litestar.datastructures import UploadFile
from pydantic import BaseModel, ConfigDict

from catalog.opendata.models import SheetImport
from catalog.opendata.uploading import counts, faults_of
from marketplace.web import i18n
from marketplace.web.schemas import Output


class ImportForm(BaseModel):
    """A file of sheets (JSON, CSV or XLSX). `trial`: say what would happen, and save nothing."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    file: UploadFile
    trial: bool = False


class ReasonOut(Output):
    """What is wrong with one value: where, a stable code, and a sentence."""

    path: str
    code: str
    message: str


class RowOut(Output):
    """What became of a row. `result`: created, updated, unchanged or rejected; `id`: the sheet's slug, or what was given."""

    where: str
    result: str
    id: str | None
    reasons: list[ReasonOut]


class ImportOut(Output):
    """What became of a file. `saved_at` is null for a trial; `report`: where the file with its errors is, if there are some."""

    id: UUID
    file_name: str
    saved_at: datetime | None
    created: int
    updated: int
    unchanged: int
    rejected: int
    rows: list[RowOut]
    report: str | None

    @classmethod
    def of(cls, taken: SheetImport) -> "ImportOut":
        rows = [
            RowOut(
                where=outcome["where"], result=outcome["result"], id=outcome["id"],
                reasons=[ReasonOut(path=f.path, code=f.code, message=i18n.say(f)) for f in faults_of(outcome)],
            )
            for outcome in taken.outcomes
        ]  # fmt: skip
        return cls(
            id=taken.id, file_name=taken.file_name, saved_at=taken.saved_at, rows=rows, **counts(taken),
            report=f"/api/v1/sheet-imports/{taken.id}/report" if taken.report else None,
        )  # fmt: skip
