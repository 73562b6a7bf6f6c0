"""The tree of errors that users can meet.

    DomainError
    ├── NotFound            the thing is not there, or not theirs to see (the two look the same)
    ├── Forbidden           they may see it, but not do this
    │   └── SignInNeeded    nobody is signed in
    ├── Conflict            the state of things does not allow it now
    │   ├── StaleVersion    somebody changed it since it was read
    │   └── VersionNeeded   the edit does not say which version it read
    ├── Invalid             what was sent is wrong: every field at once, each with what is accepted
    │   └── TooLarge        too many bytes
    └── Unavailable         an engine is down or full; trying later may work

Rooms subclass them beside their rules, with a stable `code` for programs and a French `sentence` for people.
`marketplace.web.problems` is the only place that knows HTTP statuses.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from marketplace.words import N_


class DomainError(Exception):
    """A refusal that says what was wrong. `facts` fill the sentence's `{names}`; a tuple is a list of sentences to join."""

    code: ClassVar[str] = "error"
    sentence: ClassVar[str] = N_("L’opération a été refusée.")

    def __init__(self, **facts: object) -> None:
        super().__init__()
        self.facts = facts

    def __str__(self) -> str:
        return self.sentence.format(**{name: _plain(value) for name, value in self.facts.items()})


def _plain(value: object) -> object:
    return ", ".join(str(part) for part in value) if isinstance(value, tuple) else value


class NotFound(DomainError):
    code = "not_found"
    sentence = N_("Cette page ou cet objet n’existe pas, ou n’est pas visible avec ce compte.")


class Forbidden(DomainError):
    code = "forbidden"
    sentence = N_("Votre rôle ne permet pas cette action.")


class SignInNeeded(Forbidden):
    code = "sign_in_needed"
    sentence = N_("Connectez-vous pour continuer.")


class OrganisationNeeded(Forbidden):
    """Somebody is signed in, and acts for nobody: they chose no organisation, or left the one they acted for."""

    code = "organisation_needed"
    sentence = N_(
        "Vous n’agissez pour aucune organisation : choisissez-en une dans « Mon compte », ou demandez à en rejoindre une."
    )


class RoleNeeded(Forbidden):
    """`roles`: those that may; without any, everybody of such an organisation may."""

    code = "role_needed"
    sentence = N_("Cette action revient à {kind} ; rôles : {roles}.")
    whatever_role = N_("Cette action revient à {kind}.")

    def __init__(self, **facts: object) -> None:
        super().__init__(**facts)
        if not facts.get("roles"):
            self.sentence = self.whatever_role  # type: ignore[misc]


class Conflict(DomainError):
    code = "conflict"
    sentence = N_("L’état actuel ne permet pas cette action.")


class StaleVersion(Conflict):
    code = "stale_version"
    sentence = N_(
        "Quelqu’un a modifié cet élément depuis votre lecture (version {read}, maintenant {current}). "
        "Relisez-le, puis recommencez : rien n’a été changé."
    )


class VersionNeeded(Conflict):
    code = "version_needed"
    sentence = N_("Dites quelle version vous modifiez : en-tête If-Match, ou champ « version ».")


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong value. `path` names the place (`lines[0].firm`); `sentence` is French, with `{names}` filled by `facts`."""

    path: str
    sentence: str
    code: str = "invalid"
    facts: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        return self.sentence.format(**{name: _plain(value) for name, value in self.facts})


def wrong(path: str, sentence: str, *, code: str = "invalid", **facts: object) -> FieldError:
    """One field error, its facts by keyword."""
    return FieldError(path, sentence, code, tuple(facts.items()))


class Invalid(DomainError):
    """What was sent is wrong. Carries every field error at once."""

    code = "invalid"
    sentence = N_("Certaines valeurs sont à corriger.")

    def __init__(self, fields: Iterable[FieldError] = (), **facts: object) -> None:
        super().__init__(**facts)
        self.fields = tuple(fields)

    def __str__(self) -> str:
        said = "; ".join(f"{f.path}: {f}" for f in self.fields)
        return said or super().__str__()


class TooLarge(Invalid):
    code = "too_large"
    sentence = N_("Ce fichier est trop gros : {megabytes} Mo au plus.")


class Unavailable(DomainError):
    code = "unavailable"
    sentence = N_("Un service est momentanément indisponible. Réessayez dans une minute : rien n’est perdu.")


class StorageFull(Unavailable):
    code = "storage_full"
    sentence = N_("Le disque du serveur est plein : rien n’a été enregistré. Prévenez l’exploitant.")
