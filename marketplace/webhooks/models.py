"""Where an organisation wants to be told, and what was sent there.

Lock order: the endpoint, then its deliveries.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, Row, choice
from marketplace.ids import OrganisationId, PersonId
from marketplace.words import N_


class DisabledReason(StrEnum):
    """Why nothing is sent any more."""

    PERSON = "person"
    FAILING = "failing"
    GONE = "gone"
    SECRET = "secret"  # noqa: S105  a reason, not a secret


DISABLED_REASON_NAMES = {
    DisabledReason.PERSON: N_("désactivée par votre organisation"),
    DisabledReason.FAILING: N_("désactivée : aucun envoi n’a abouti depuis cinq jours"),
    DisabledReason.GONE: N_("désactivée : votre serveur a répondu « 410 Gone »"),
    DisabledReason.SECRET: N_("désactivée : le secret n’est plus lisible, renouvelez-le"),
}


class WebhookEndpoint(Row, Base):
    """One address of one organisation. Secrets are kept encrypted (`secret_box.py`); the previous one signs too until `previous_until`.

    `failing_since`: the first failure since the last success.
    """

    __tablename__ = "webhook_endpoint"

    organisation_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"), index=True)
    made_by: Mapped[PersonId | None]
    name: Mapped[str]
    url: Mapped[str]
    events: Mapped[list[str]] = mapped_column(ARRAY(Text))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    previous_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[DisabledReason | None] = mapped_column(choice(DisabledReason))
    failing_since: Mapped[datetime | None]

    @property
    def enabled(self) -> bool:
        return self.disabled_at is None


class DeliveryState(StrEnum):
    """`sending`: a worker has it in hand until `next_at`, when another may take it over."""

    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


DELIVERY_STATE_NAMES = {
    DeliveryState.PENDING: N_("à envoyer"),
    DeliveryState.SENDING: N_("en cours d’envoi"),
    DeliveryState.DELIVERED: N_("reçu"),
    DeliveryState.FAILED: N_("abandonné"),
    DeliveryState.CANCELLED: N_("annulé"),
}


class WebhookDelivery(Row, Base):
    """One event for one endpoint. `event_id` is what receivers see as `webhook-id`: the same at every try.

    `key` is the business key: the same event is never queued twice for an endpoint. `step`: tries since it was queued or asked
    for again; `tries`: in all. `attempts`: the last ones, each {at, status, ms, error, excerpt}.
    """

    __tablename__ = "webhook_delivery"

    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoint.id", ondelete="CASCADE"))
    organisation_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"), index=True)
    event_id: Mapped[UUID]
    key: Mapped[str]
    type: Mapped[str]
    payload: Mapped[Json]
    state: Mapped[DeliveryState] = mapped_column(choice(DeliveryState), default=DeliveryState.PENDING)
    step: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[list[Json]]
    next_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("endpoint_id", "key"),
        Index(
            "ix_webhook_delivery_due",
            "next_at",
            "endpoint_id",
            postgresql_where=text("state in ('pending', 'sending')"),
        ),
    )

    @property
    def message_id(self) -> str:
        return f"msg_{self.event_id.hex}"
