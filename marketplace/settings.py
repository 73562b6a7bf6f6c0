"""Settings: one typed object in small groups, read once at start-up and passed down. Secrets have no default.

Every variable below is documented in README.md; a test fails for one that is not. With no `DATABASE_URL`, a command
uses the engines of its data directory (`marketplace.embedded`), whose addresses and secrets take these same places.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from marketplace.errors import Invalid, wrong
from marketplace.words import N_

T = TypeVar("T")
POSTGRESQL = r"^postgres(ql)?(\+[a-z0-9]+)?://"


class DatabaseSettings(BaseSettings):
    """PostgreSQL ≥ 15. Three roles: the application (row-level security), the worker, the owner (migrations)."""

    model_config = SettingsConfigDict(env_prefix="DATABASE_", extra="ignore")

    url: str | None = Field(None, description="Rôle de l’application", pattern=POSTGRESQL)
    worker_url: str | None = Field(None, description="Rôle du worker", pattern=POSTGRESQL)
    owner_url: str | None = Field(
        None, description="Rôle propriétaire : migrations, chargements", pattern=POSTGRESQL
    )
    read_url: str | None = Field(
        None, description="Réplique pour les lectures (facultatif)", pattern=POSTGRESQL
    )
    pool_size: int = Field(10, ge=1, le=200, description="Connexions par processus")


class QueueSettings(BaseSettings):
    """Redis ≥ 6.2 or Valkey, for ARQ."""

    model_config = SettingsConfigDict(env_prefix="REDIS_", extra="ignore")

    url: str | None = Field(
        None, description="Redis ou Valkey : redis://, rediss://, unix://", pattern="^(rediss?|unix)://"
    )


class MeilisearchSettings(BaseSettings):
    """A Meilisearch server that answers searches. Without one PostgreSQL does; with one that is down, PostgreSQL does too."""

    model_config = SettingsConfigDict(env_prefix="MEILISEARCH_", extra="ignore")

    url: str | None = Field(
        None, description="Adresse du serveur Meilisearch (facultatif)", pattern=r"^https?://[^/\s]+"
    )
    key: SecretStr | None = Field(
        None, description="Clé du serveur : documents, index, réglages, tâches et recherche", min_length=1
    )

    @field_validator("key")
    @classmethod
    def _fits_a_header(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None and not re.fullmatch(r"[!-~]+", given.get_secret_value()):
            raise ValueError("a key is of visible ASCII characters")
        return given

    index: str = Field(
        "lotcommun", description="Début du nom des index, propre à ce site", pattern="^[A-Za-z0-9-]{1,80}$"
    )
    bin: Path | None = Field(
        None, description="Programme meilisearch que « marketplace demo » lance ; sinon celui du PATH"
    )
    search_ms: int = Field(
        150, ge=10, le=250, description="Attente d’une réponse, en millisecondes ; ensuite PostgreSQL répond"
    )
    write_seconds: int = Field(20, ge=1, le=29, description="Attente d’une écriture, en secondes")


class FileSettings(BaseSettings):
    """Where uploaded and generated files live."""

    model_config = SettingsConfigDict(env_prefix="FILES_", extra="ignore")

    dir: Path | None = Field(
        None, description="Dossier des fichiers ; par défaut « files » du dossier de données"
    )


class MailSettings(BaseSettings):
    """Outgoing mail; without a server, mails are `.eml` files of the data directory."""

    model_config = SettingsConfigDict(env_prefix="SMTP_", extra="ignore")

    url: str | None = Field(
        None,
        description="smtp://, smtps:// ; par défaut, fichiers .eml du dossier de données",
        pattern="^smtps?://",
    )
    sender: str = Field("Lot Commun <ne-pas-repondre@lot-commun.invalid>", description="Adresse d’expédition")


class WebSettings(BaseSettings):
    """The web process."""

    model_config = SettingsConfigDict(env_prefix="WEB_", extra="ignore")

    secret: SecretStr | None = Field(
        None, description="Secret des jetons de formulaire (32 caractères au moins)", min_length=32
    )
    base_url: str = Field("http://localhost:8000", description="Adresse publique du site")
    host: str = Field("127.0.0.1", description="Adresse d’écoute")
    port: int = Field(8000, ge=1, le=65535, description="Port d’écoute")
    allowed_hosts: str = Field(
        "",
        description="Autres noms d’hôte acceptés, séparés par des virgules",
        pattern=r"^[A-Za-z0-9_.:,\[\] -]*$",
    )
    trusted_proxies: str = Field(
        "", description="Relais dont X-Forwarded-For est cru : adresses ou réseaux, séparés par des virgules"
    )
    requests_per_minute: int = Field(
        1200, ge=1, description="Demandes par minute d’une adresse qui n’est pas connectée"
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, given: str) -> str:
        for part in _parts(given):
            ip_network(part)
        return given

    @property
    def hosts(self) -> tuple[str, ...]:
        return _parts(self.allowed_hosts)

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(part) for part in _parts(self.trusted_proxies))


class AntivirusSettings(BaseSettings):
    """A clamd that looks at every uploaded file. Without one, nothing scans them, and pages say so."""

    model_config = SettingsConfigDict(env_prefix="ANTIVIRUS_", extra="ignore")

    url: str | None = Field(
        None,
        description="Antivirus clamd : tcp://hôte:3310 ou unix:///chemin",
        pattern=r"^(tcp://[^/]+:\d+|unix:///.+)$",
    )


class SiteSettings(BaseSettings):
    """Who runs this site: what the law wants named on its pages."""

    model_config = SettingsConfigDict(env_prefix="SITE_", extra="ignore")

    publisher: str = Field("", description="Éditeur du site : nom, forme, adresse")
    director: str = Field("", description="Directeur ou directrice de la publication")
    host: str = Field("", description="Hébergeur : nom et adresse")
    contact: str = Field("", description="Adresse de courriel de contact")
    data_officer: str = Field("", description="Délégué à la protection des données : adresse de courriel")


class SignInSettings(BaseSettings):
    """How people sign in."""

    model_config = SettingsConfigDict(env_prefix="SIGN_IN_", extra="ignore")

    staff_passkey: bool = Field(
        True,
        description="L’équipe de suivi n’agit qu’avec une clé d’accès (passkey) ; sans effet en démonstration",
    )


class ProConnectSettings(BaseSettings):
    """Sign-in with ProConnect, or another OpenID Connect provider; off without an issuer."""

    model_config = SettingsConfigDict(env_prefix="PROCONNECT_", extra="ignore")

    issuer: str | None = Field(
        None,
        description="Adresse du fournisseur, telle qu’il la donne dans son document de découverte",
        pattern=r"^(https://|http://(localhost|127\.0\.0\.1)(:\d+)?(/|$))",
    )
    client_id: str | None = Field(
        None, description="Identifiant de ce site chez le fournisseur", min_length=1
    )
    client_secret: SecretStr | None = Field(
        None, description="Secret de ce site chez le fournisseur", min_length=1
    )
    algorithm: Literal["RS256", "ES256", "HS256"] = Field(
        "RS256", description="Signature convenue avec le fournisseur : RS256, ES256 ou HS256"
    )
    scopes: str = Field(
        "openid given_name usual_name email siret uid", description="Données demandées", pattern=r"\bopenid\b"
    )
    pkce: bool = Field(
        False, description="Preuve PKCE, si le fournisseur l’annonce ; ProConnect refuse ce paramètre"
    )


class SealSettings(BaseSettings):
    """The key that opens sealed offers. Only the worker needs it; it is kept outside the database and its backups."""

    model_config = SettingsConfigDict(env_prefix="SEAL_", extra="ignore")

    key: SecretStr | None = Field(
        None, description="Clé des offres scellées (32 octets en base64) ; worker seulement"
    )


class MetricsSettings(BaseSettings):
    """Who may read `/metrics`."""

    model_config = SettingsConfigDict(env_prefix="METRICS_", extra="ignore")

    token: SecretStr | None = Field(
        None,
        description="Jeton de lecture de /metrics ; sans lui, la machine elle-même seulement",
        min_length=16,
    )


class WebhookSettings(BaseSettings):
    """Outgoing webhooks."""

    model_config = SettingsConfigDict(env_prefix="WEBHOOK_", extra="ignore")

    allow_private: bool = Field(
        False,
        description="Webhooks vers http:// et vers des adresses privées : essais sur sa machine, jamais en service",
    )


class RetentionSettings(BaseSettings):
    """How many days each kind of thing is kept; the reasons are in `marketplace.personal_data.retention`."""

    model_config = SettingsConfigDict(env_prefix="RETENTION_", extra="ignore")

    sessions: int = Field(0, ge=0, le=400, description="Sessions : jours après leur fin")
    sign_in_attempts: int = Field(
        0, ge=0, le=30, description="Connexions laissées : jours après leur échéance"
    )
    tokens: int = Field(30, ge=1, le=400, description="Liens à usage unique : jours après leur échéance")
    invitations: int = Field(365, ge=30, le=1826, description="Invitations closes : jours")
    claims: int = Field(7, ge=2, le=90, description="Demandes de compte sans preuve d’adresse : jours")
    claim_decisions: int = Field(1826, ge=365, le=3650, description="Demandes de compte décidées : jours")
    idempotency: int = Field(
        30, ge=30, le=400, description="Réponses gardées pour les envois répétés : jours"
    )
    outbox: int = Field(90, ge=1, le=400, description="Travaux terminés : jours")
    webhooks: int = Field(90, ge=1, le=400, description="Envois de webhooks : jours")
    tries: int = Field(0, ge=0, le=30, description="Décomptes d’essais : jours après leur fin")
    mail_bodies: int = Field(90, ge=1, le=400, description="Texte des courriels envoyés : jours")
    mails: int = Field(365, ge=1, le=3650, description="Courriels (destinataire, sujet, date) : jours")
    notices: int = Field(90, ge=90, le=400, description="Avis de l’annuaire, une fois envoyés : jours")
    saved_searches: int = Field(
        7, ge=1, le=90, description="Recherches enregistrées, une fois supprimées : jours"
    )
    imports: int = Field(30, ge=1, le=400, description="Fichiers de fiches envoyés : jours")
    evidence_requests: int = Field(
        1095, ge=760, le=3650, description="Confirmations de références, identité de qui a répondu : jours"
    )
    visitor_searches: int = Field(30, ge=1, le=90, description="Recherches de visiteurs : jours")
    searches: int = Field(
        400,
        ge=120,
        le=1826,
        description="Recherches d’une organisation qui ne sont pas figées au registre : jours",
    )
    proposals: int = Field(
        365, ge=90, le=1826, description="Propositions d’achat groupé restées sans suite : jours"
    )
    exports: int = Field(7, ge=1, le=90, description="Copies de données personnelles : jours")
    requests: int = Field(1826, ge=365, le=3650, description="Demandes de copie et d’effacement : jours")
    logs: int = Field(
        180, ge=180, le=365, description="Journaux techniques : jours (six mois à un an, CNIL 2021-122)"
    )


class InstanceSettings(BaseSettings):
    """The instance as a whole."""

    model_config = SettingsConfigDict(env_prefix="MARKETPLACE_", extra="ignore")

    data_dir: Path = Field(
        Path("data"), description="Dossier de données : moteurs embarqués, fichiers, courriels, polices"
    )
    demo: bool = Field(False, description="Mode démonstration ; seul « marketplace demo » doit l’activer")
    log_level: str = Field(
        "INFO", description="DEBUG, INFO, WARNING ou ERROR", pattern="^(DEBUG|INFO|WARNING|ERROR)$"
    )
    log_json: bool = Field(True, description="Journaux en JSON ; sinon, en texte")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs from one installation to another."""

    instance: InstanceSettings
    database: DatabaseSettings
    queue: QueueSettings
    meilisearch: MeilisearchSettings
    files: FileSettings
    antivirus: AntivirusSettings
    mail: MailSettings
    web: WebSettings
    site: SiteSettings
    sign_in: SignInSettings
    proconnect: ProConnectSettings
    seal: SealSettings
    metrics: MetricsSettings
    webhook: WebhookSettings
    retention: RetentionSettings

    @classmethod
    def read(cls, overrides: Mapping[str, Any] | None = None) -> Self:
        """From the environment, `overrides` (by variable name) winning. Raises `Invalid` naming every wrong variable."""
        groups: dict[str, Any] = {}
        faults = []
        for group in fields(cls):
            kind: type[BaseSettings] = group.type  # type: ignore[assignment]
            prefix = str(kind.model_config.get("env_prefix"))
            given = {
                name.removeprefix(prefix).lower(): value
                for name, value in (overrides or {}).items()
                if name.startswith(prefix)
            }
            try:
                groups[group.name] = kind(**given)
            except ValidationError as error:
                faults += [
                    wrong(prefix + str(e["loc"][0]).upper(), "{said}", said=e["msg"]) for e in error.errors()
                ]
        if faults:
            raise Invalid(faults)
        return cls(**groups)

    @property
    def files_dir(self) -> Path:
        return self.files.dir or self.instance.data_dir / "files"

    @property
    def mail_dir(self) -> Path:
        return self.instance.data_dir / "mail"

    @property
    def audit_heads_dir(self) -> Path:
        return self.instance.data_dir / "audit-heads"

    @property
    def fonts_dir(self) -> Path:
        return self.instance.data_dir / "fonts"


def _parts(listed: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in listed.split(",") if part.strip())


def needed(value: T | None, variable: str) -> T:
    """`value`, or `Invalid` naming the variable that must hold it."""
    if value is None:
        raise Invalid([wrong(variable, N_("Cette variable est nécessaire."), code="required")])
    return value


def variables() -> dict[str, str]:
    """Every environment variable the product reads, with its French description."""
    found = {}
    for group in fields(Settings):
        kind: type[BaseSettings] = group.type  # type: ignore[assignment]
        prefix = str(kind.model_config.get("env_prefix"))
        for name, field in kind.model_fields.items():
            found[f"{prefix}{name}".upper()] = field.description or ""
    return found
