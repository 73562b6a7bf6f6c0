"""Organisations, people, affiliations, sessions and API keys."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.actor import OrganisationKind, Role
from marketplace.db import Base, Row, choice
from marketplace.ids import OrganisationId, PersonId, new_id
from marketplace.words import N_


class TownKind(StrEnum):
    """What kind of public buyer a town is (`Town` in the glossary: a buying body)."""

    COMMUNE = "commune"
    EPCI = "epci"
    SYNDICAT = "syndicat"
    DEPARTMENT = "department"
    REGION = "region"
    CCAS = "ccas"
    OTHER = "other"


TOWN_KIND_NAMES = {
    TownKind.COMMUNE: N_("commune"),
    TownKind.EPCI: N_("intercommunalité"),
    TownKind.SYNDICAT: N_("syndicat"),
    TownKind.DEPARTMENT: N_("département"),
    TownKind.REGION: N_("région"),
    TownKind.CCAS: N_("centre communal ou intercommunal d’action sociale"),
    TownKind.OTHER: N_("autre organisme public"),
}


class Organisation(Row, Base):
    """A town, a startup, a supervisor or an association. Its identity is public."""

    __tablename__ = "organisation"

    id: Mapped[OrganisationId] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[OrganisationKind] = mapped_column(choice(OrganisationKind))
    name: Mapped[str]
    siren: Mapped[str | None] = mapped_column(unique=True)
    siret: Mapped[str | None] = mapped_column(unique=True)
    insee: Mapped[str | None] = mapped_column(unique=True)
    town_kind: Mapped[TownKind | None] = mapped_column(choice(TownKind))
    department: Mapped[str | None]
    city: Mapped[str | None]
    population: Mapped[int | None]
    fictional: Mapped[bool] = mapped_column(default=False)


class Person(Row, Base):
    """Somebody who signs in. The e-mail address is kept in lower case."""

    __tablename__ = "person"

    id: Mapped[PersonId] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    erased_at: Mapped[datetime | None]


class Affiliation(Row, Base):
    """What a person may do for an organisation."""

    __tablename__ = "affiliation"

    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"), index=True)
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))

    __table_args__ = (UniqueConstraint("person_id", "organisation_id"),)

    @property
    def role_set(self) -> frozenset[Role]:
        return frozenset(Role(role) for role in self.roles)


class Proof(StrEnum):
    """What a session was opened with, the strongest proof given."""

    PASSWORD = "password"  # noqa: S105  a proof, not a password
    TOTP = "totp"
    RECOVERY = "recovery"
    PASSKEY = "passkey"
    PROCONNECT = "proconnect"


class WebSession(Row, Base):
    """A signed-in browser. Only the hash of the token is kept; the token is ours, never the visitor's.

    `proved_at`: when the person last proved who they are; `device`: what signed in, in a few words.
    """

    __tablename__ = "web_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[OrganisationId | None] = mapped_column(ForeignKey("organisation.id"))
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    proof: Mapped[Proof] = mapped_column(choice(Proof))
    proved_at: Mapped[datetime]
    device: Mapped[str]


class KeyScope(StrEnum):
    """What an API key may do."""

    READ = "read"
    WRITE = "write"


class ApiKey(Row, Base):
    """A program's access for one organisation, with the rights of the person who made it. Only its hash is kept."""

    __tablename__ = "api_key"

    organisation_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    prefix: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scope: Mapped[KeyScope] = mapped_column(choice(KeyScope))
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "organisation_id", "person_id"),)
