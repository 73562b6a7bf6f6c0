"""Writes can be retried: the same `Idempotency-Key` with the same body gets the same answer, once.

The record is written in the transaction of the effect it remembers: a rolled-back attempt leaves none. Two requests with
one key meet at the unique index: the second waits, then reads the first's answer. Records are kept 30 days.
What is remembered of the body is a keyed hash (a sealed offer's prices could be guessed from a plain one).
"""

import hashlib
import hmac
from typing import ClassVar
from uuid import UUID

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped

from marketplace.actor import Actor
from marketplace.db import Base, Json, Row, Session
from marketplace.errors import Conflict, FieldError, Invalid
from marketplace.ids import new_id
from marketplace.words import N_


class IdempotencyRecord(Row, Base):
    """One remembered answer of one person acting for one organisation."""

    __tablename__ = "idempotency_record"

    person_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    key: Mapped[str]
    fingerprint: Mapped[str]
    answer: Mapped[Json | None]

    __table_args__ = (UniqueConstraint("person_id", "organisation_id", "key"),)


class KeyReused(Invalid):
    """The key was already used for another request."""

    code: ClassVar[str] = "idempotency_key_reused"
    sentence: ClassVar[str] = N_(
        "Cette clé d’idempotence a déjà servi pour une autre demande : prenez-en une nouvelle."
    )


class KeyInFlight(Conflict):
    code = "idempotency_key_in_flight"
    sentence = N_("La même demande est en cours de traitement. Réessayez dans un instant.")


def fingerprint(secret: str, method: str, path: str, body: bytes) -> str:
    """A keyed hash of the request that the key stands for."""
    return hmac.new(secret.encode(), f"{method} {path}\n".encode() + body, hashlib.sha256).hexdigest()


async def remembered(
    session: Session, by: Actor, key: str, print_: str
) -> tuple[IdempotencyRecord, Json | None]:
    """Claim `key`, or find its answer. Returns the record and the answer (None: do the work, then `remember`)."""
    if not 1 <= len(key) <= 255:
        raise Invalid(
            [FieldError("Idempotency-Key", N_("Une clé d’idempotence a de 1 à 255 caractères."), "length")]
        )
    mine = {"person_id": by.person_id, "organisation_id": by.organisation_id, "key": key}
    await session.execute(
        insert(IdempotencyRecord).values(id=new_id(), **mine, fingerprint=print_).on_conflict_do_nothing()
    )
    record = (
        await session.execute(select(IdempotencyRecord).filter_by(**mine).with_for_update())
    ).scalar_one()
    if record.fingerprint != print_:
        raise KeyReused
    return record, record.answer
