"""What the webhooks API reads and answers."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from marketplace.web.schemas import Input, Output, Short, clean
from marketplace.webhooks.guard import LONGEST
from marketplace.webhooks.models import DeliveryState, DisabledReason, WebhookDelivery, WebhookEndpoint
from marketplace.webhooks.posting import Failure

Address = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST), AfterValidator(clean)]
EventName = Annotated[str, StringConstraints(max_length=100), AfterValidator(clean)]


class EndpointIn(Input):
    """`POST /webhooks`, `PUT /webhooks/{id}`. The types are those of `GET /webhook-events`."""

    name: Short
    url: Address
    events: list[EventName] = Field(max_length=50)


class EndpointOut(Output):
    """An endpoint, without its secret."""

    id: UUID
    name: str
    url: str
    events: list[str]
    enabled: bool
    disabled_reason: DisabledReason | None
    disabled_at: datetime | None
    failing_since: datetime | None
    previous_secret_until: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, endpoint: WebhookEndpoint) -> "EndpointOut":
        return cls(**shown(endpoint))


class EndpointSecret(EndpointOut):
    """An endpoint with its new secret: shown this once (empty when the same request is repeated)."""

    shown_once: ClassVar[frozenset[str]] = frozenset({"secret"})

    secret: str | None


class AttemptOut(Output):
    """One try: `error` is empty when it was received."""

    at: datetime
    status: int | None
    ms: int
    error: Failure | None
    excerpt: str


class DeliveryOut(Output):
    """One event for one endpoint. `webhook_id` is the same at every try."""

    id: UUID
    webhook_id: str
    type: str
    state: DeliveryState
    tries: int
    next_at: datetime | None
    delivered_at: datetime | None
    created_at: datetime
    payload: dict[str, Any]
    attempts: list[AttemptOut]

    @classmethod
    def of(cls, delivery: WebhookDelivery) -> "DeliveryOut":
        return cls(
            id=delivery.id, webhook_id=delivery.message_id, type=delivery.type, state=delivery.state, tries=delivery.tries,
            next_at=delivery.next_at if delivery.state is DeliveryState.PENDING else None,
            delivered_at=delivery.delivered_at, created_at=delivery.created_at, payload=delivery.payload,
            attempts=[AttemptOut(**attempt) for attempt in delivery.attempts],
        )  # fmt: skip


class EventTypeOut(Output):
    """A type that my organisation can subscribe to, and the fields of its `data`."""

    name: str
    label: str
    data: list[str]


def shown(endpoint: WebhookEndpoint) -> dict[str, Any]:
    """What may be shown of an endpoint."""
    return {
        "id": endpoint.id, "name": endpoint.name, "url": endpoint.url, "events": endpoint.events,
        "enabled": endpoint.enabled, "disabled_reason": endpoint.disabled_reason, "disabled_at": endpoint.disabled_at,
        "failing_since": endpoint.failing_since, "previous_secret_until": endpoint.previous_until,
        "created_at": endpoint.created_at,
    }  # fmt: skip
