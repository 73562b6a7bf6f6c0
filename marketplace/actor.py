"""Who acts, on whose behalf, and with which rights. Every verb of the domain takes one as `by`."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Literal

from marketplace.errors import Forbidden, OrganisationNeeded, RoleNeeded, SignInNeeded
from marketplace.ids import OrganisationId, PersonId
from marketplace.words import N_


class OrganisationKind(StrEnum):
    """What an organisation is here for."""

    TOWN = "town"
    STARTUP = "startup"
    SUPERVISOR = "supervisor"
    ASSOCIATION = "association"


KIND_NAMES = {
    OrganisationKind.TOWN: N_("une ville"),
    OrganisationKind.STARTUP: N_("une entreprise"),
    OrganisationKind.SUPERVISOR: N_("l’équipe de suivi"),
    OrganisationKind.ASSOCIATION: N_("une association"),
}


class Role(StrEnum):
    """What a person may do for an organisation. Which organisation kinds may give which is in `ROLES_OF`."""

    READER = "reader"
    AGENT = "agent"
    ACCOUNTANT = "accountant"
    SIGNATORY = "signatory"
    EDITOR = "editor"
    SELLER = "seller"
    CURATOR = "curator"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    INVESTOR = "investor"
    ADMIN = "admin"


ROLE_NAMES = {
    Role.READER: N_("lecture"),
    Role.AGENT: N_("agent"),
    Role.ACCOUNTANT: N_("comptabilité"),
    Role.SIGNATORY: N_("signataire"),
    Role.EDITOR: N_("rédaction de fiches"),
    Role.SELLER: N_("vente"),
    Role.CURATOR: N_("relecture de fiches"),
    Role.SUPERVISOR: N_("supervision"),
    Role.AUDITOR: N_("audit"),
    Role.INVESTOR: N_("investissement"),
    Role.ADMIN: N_("administration"),
}

ROLE_DUTIES = {
    Role.READER: N_("lecture : voit les achats et leurs documents"),
    Role.AGENT: N_("agent : décrit les besoins, conduit les achats, commande"),
    Role.ACCOUNTANT: N_("comptabilité : suit les factures, enregistre les mandats"),
    Role.SIGNATORY: N_("signataire : enregistre les délibérations, signe, notifie"),
    Role.EDITOR: N_("rédaction : écrit les fiches de l’annuaire"),
    Role.SELLER: N_("vente : répond aux consultations, livre, facture"),
    Role.CURATOR: N_("relecture : vérifie et publie les fiches"),
    Role.SUPERVISOR: N_("supervision : suit tous les achats"),
    Role.AUDITOR: N_("audit : lit le suivi et le journal, ne décide rien"),
    Role.INVESTOR: N_("investissement : ne voit rien du suivi des achats"),
    Role.ADMIN: N_("administration : gère l’équipe, les clés et les webhooks"),
}
"""What each role is for, in a few words: shown where roles are given."""

ROLES_OF: dict[OrganisationKind, frozenset[Role]] = {
    OrganisationKind.TOWN: frozenset({Role.READER, Role.AGENT, Role.ACCOUNTANT, Role.SIGNATORY, Role.ADMIN}),
    OrganisationKind.STARTUP: frozenset({Role.EDITOR, Role.SELLER, Role.ADMIN}),
    OrganisationKind.SUPERVISOR: frozenset(
        {Role.CURATOR, Role.SUPERVISOR, Role.AUDITOR, Role.INVESTOR, Role.ADMIN}
    ),
    OrganisationKind.ASSOCIATION: frozenset({Role.CURATOR, Role.ADMIN}),
}

WATCHERS = frozenset({Role.SUPERVISOR, Role.AUDITOR})
"""Who reads every pool. Nobody who invests for the bank may be one, in any supervising organisation (`accounts.roles`)."""
RECENT = timedelta(minutes=15)


class PasskeyNeeded(Forbidden):
    """The organisation's people act with a passkey only, and this session was opened with less."""

    code = "passkey_needed"
    sentence = N_(
        "Votre organisation demande une clé d’accès : ajoutez-la ou utilisez-la à la page Sécurité."
    )


class ProofNeeded(Forbidden):
    """A sensitive act, and the person last proved who they are too long ago."""

    code = "proof_needed"
    sentence = N_("Pour cette action, confirmez d’abord que c’est bien vous, puis recommencez.")


class SessionNeeded(Forbidden):
    """What only the person themselves does, in a browser: never a program with their key."""

    code = "session_needed"
    sentence = N_("Une clé d’API ne permet pas cette action : connectez-vous.")


Channel = Literal["anonymous", "session", "key", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """The acting person and the organisation they act for. `system` is the worker: a deadline, a rule, never a person.

    `passkey_needed`: the session is too weak for the organisation, so it acts for none. `proved_at`: when the person last
    proved who they are, in a session.
    """

    person_id: PersonId | None = None
    organisation_id: OrganisationId | None = None
    kind: OrganisationKind | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    channel: Channel = "anonymous"
    read_only: bool = False
    name: str = ""
    organisation_name: str = ""
    passkey_needed: bool = False
    proved_at: datetime | None = None

    @property
    def signed_in(self) -> bool:
        return self.channel in {"session", "key"}

    def acts_for(self, organisation_id: OrganisationId | None) -> bool:
        """Whether `organisation_id` is the organisation on whose behalf this actor acts."""
        return organisation_id is not None and organisation_id == self.organisation_id

    def has(self, kind: OrganisationKind, *roles: Role) -> bool:
        """Whether the actor acts for an organisation of `kind` with one of `roles` (any role when none is named)."""
        return self.kind is kind and (not roles or bool(self.roles & set(roles)))

    def require(self, kind: OrganisationKind, *roles: Role) -> OrganisationId:
        """The acting organisation's id. Raises `SignInNeeded`, `OrganisationNeeded`, or `RoleNeeded` naming what is needed."""
        if self.passkey_needed:
            raise PasskeyNeeded
        if not self.signed_in:
            raise SignInNeeded
        if self.organisation_id is None:
            raise OrganisationNeeded
        if not self.has(kind, *roles):
            raise RoleNeeded(
                kind=KIND_NAMES[kind], roles=tuple(ROLE_NAMES[role] for role in Role if role in roles)
            )
        return self.organisation_id

    def require_admin(self) -> OrganisationId:
        """The id of the acting organisation, which the actor administers, whatever its kind. Raises as `require` does."""
        if not self.signed_in:
            raise SignInNeeded
        if self.kind is None:
            raise OrganisationNeeded
        return self.require(self.kind, Role.ADMIN)

    def require_role(self, role: Role) -> None:
        """Nothing when the actor holds `role`, whatever the kind of organisation. Raises `SignInNeeded` or `RoleNeeded`."""
        if not self.signed_in:
            raise SignInNeeded
        if self.passkey_needed:
            raise PasskeyNeeded
        if role not in self.roles:
            kinds = tuple(name for kind, name in KIND_NAMES.items() if role in ROLES_OF[kind])
            raise RoleNeeded(kind=kinds, roles=(ROLE_NAMES[role],))

    def require_session(self) -> PersonId:
        """The person's id. Raises `SignInNeeded`, or `SessionNeeded` for an API key."""
        if self.channel == "key":
            raise SessionNeeded
        if self.channel != "session" or self.person_id is None:
            raise SignInNeeded
        return self.person_id

    def require_recent_proof(self) -> PersonId:
        """The person's id, when they proved who they are within `RECENT`. Raises as `require_session`, or `ProofNeeded`."""
        person_id = self.require_session()
        if self.proved_at is None or self.proved_at < datetime.now(UTC) - RECENT:
            raise ProofNeeded
        return person_id


ANONYMOUS = Actor()
SYSTEM = Actor(channel="system", name="système")
