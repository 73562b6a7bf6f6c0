"""`/api/v1/my/notices`."""

from litestar import get

from marketplace import clock
from marketplace.notifications import queries
from marketplace.notifications.schemas import NoticeOut
from marketplace.web.pagination import PageNumber, PerPage
from marketplace.web.schemas import Page
from marketplace.web.transaction import By, Reads


@get("/my/notices", summary="What the directory told me in the last 90 days", tags=["accounts"])
async def list_notices(reads: Reads, by: By, page: PageNumber = 1, per_page: PerPage = 50) -> Page[NoticeOut]:
    found, total = await queries.mine(
        reads, by, now=await clock.now(reads), offset=(page - 1) * per_page, limit=per_page
    )
    return Page[NoticeOut](
        items=[NoticeOut.model_validate(notice) for notice in found], total=total, page=page, per_page=per_page
    )  # fmt: skip


HANDLERS = [list_notices]
