"""What the notices' API answers."""

from datetime import datetime
from uuid import UUID

from marketplace.web.schemas import Output


class NoticeOut(Output):
    """`link`: a path of this site. `sent_at`: when a mail took it in; null while it waits for the next one."""

    id: UUID
    subject: str
    body: str
    link: str
    told_at: datetime
    sent_at: datetime | None
