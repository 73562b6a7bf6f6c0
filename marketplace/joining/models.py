"""The two ways into an organisation: an invitation by its administrator, and a claim that somebody confirms."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.models import TownKind
from marketplace.actor import OrganisationKind, Role
from marketplace.db import Base, Row, choice
from marketplace.ids import OrganisationId, PersonId
from marketplace.joining.lifecycle import ClaimState, InvitationState


class TeamInvitation(Row, Base):
    """An invitation to act for an organisation, bound to one e-mail address. `token_id`: the link that is good, the last one sent."""

    __tablename__ = "team_invitation"

    organisation_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"), index=True)
    email: Mapped[str] = mapped_column(index=True)
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    invited_by: Mapped[PersonId] = mapped_column(ForeignKey("person.id"))
    token_id: Mapped[UUID] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    state: Mapped[InvitationState] = mapped_column(choice(InvitationState))
    state_since: Mapped[datetime]

    __table_args__ = (
        Index(
            "uq_team_invitation_pending", "organisation_id", "email", unique=True,
            postgresql_where=text("state = 'pending'"),
        ),
    )  # fmt: skip

    @property
    def role_set(self) -> frozenset[Role]:
        return frozenset(Role(role) for role in self.roles)


class Claim(Row, Base):
    """Somebody says that they act for the body of a SIRET. `person_id` once their address is proven.

    `organisation_id`: the organisation that it is about, when it exists here already.
    """

    __tablename__ = "claim"

    email: Mapped[str] = mapped_column(index=True)
    person_name: Mapped[str]
    person_id: Mapped[PersonId | None] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[OrganisationKind] = mapped_column(choice(OrganisationKind))
    siret: Mapped[str]
    siren: Mapped[str]
    name: Mapped[str]
    town_kind: Mapped[TownKind | None] = mapped_column(choice(TownKind))
    organisation_id: Mapped[OrganisationId | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    reason: Mapped[str | None]
    state: Mapped[ClaimState] = mapped_column(choice(ClaimState))
    state_since: Mapped[datetime]

    __table_args__ = (
        Index(
            "uq_claim_waiting", "person_id", "siren", unique=True, postgresql_where=text("state = 'waiting'")
        ),
    )
    __mapper_args__ = {"eager_defaults": False}  # written before anybody is known who could read it back

    @property
    def role_set(self) -> frozenset[Role]:
        return frozenset(Role(role) for role in self.roles)
