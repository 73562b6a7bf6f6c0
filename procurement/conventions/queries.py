"""Reads of agreements, deliberations and signatures."""

from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from marketplace.db import ReadSession, Session
from marketplace.files.models import StoredFile
from marketplace.files.storage import content_of
from marketplace.ids import PoolId
from procurement.conventions.models import Agreement, AgreementState, Deliberation, Signature
from procurement.pools import scopes


async def agreement(reads: ReadSession | Session, pool_id: PoolId) -> Agreement | None:
    """The version in force, if there is one that the asker may see."""
    found: Agreement | None = await reads.scalar(
        select(Agreement).where(
            Agreement.pool_id == pool_id,
            Agreement.state == AgreementState.READY,
            scopes.inside(reads, Agreement.pool_id),
        )
    )
    return found


async def agreement_bytes(reads: ReadSession | Session, pool_id: PoolId, folder: Path) -> bytes | None:
    """The PDF in force, or None."""
    found = await agreement(reads, pool_id)
    file = await reads.get(StoredFile, found.file_id) if found else None
    return content_of(folder, file) if file else None


async def acts(
    reads: ReadSession | Session, pool_id: PoolId
) -> tuple[dict[UUID, Deliberation], dict[UUID, Signature]]:
    """The recorded deliberations and signatures, by membership: for those inside the pool."""
    inside = scopes.inside(reads, pool_id)
    deliberations = await reads.scalars(select(Deliberation).where(Deliberation.pool_id == pool_id, inside))
    signatures = await reads.scalars(
        select(Signature).where(Signature.pool_id == pool_id, inside).order_by(Signature.id)
    )
    return {d.membership_id: d for d in deliberations}, {s.membership_id: s for s in signatures}
