"""How long things are kept: one rule a kind of thing, its reason, its reference, and what the daily purge does about it.

The durations are settings (`RETENTION_…`, in days); the page /donnees-personnelles shows this same list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from marketplace import audit
from marketplace.actor import SYSTEM
from marketplace.db import Database
from marketplace.settings import RetentionSettings
from marketplace.words import N_


@dataclass(frozen=True, slots=True)
class Rule:
    """`name`: the setting's, or that of what no purge touches. `statement`: the purge, with `:days`; one transaction each.

    `reference` was read on `checked`: law is data, and has a date.
    """

    name: str
    what: str
    why: str
    reference: str
    checked: date
    statement: str | None = None
    lasts: str | None = None


GDPR = N_("RGPD, article 5, paragraphe 1, e (limitation de la conservation)")
SECURITY = N_(
    "RGPD, article 32 (sécurité) ; CNIL, délibération 2021-122 du 14 octobre 2021 (journalisation : six mois à un an)"
)
CHECKED = date(2026, 11, 25)
_OLDER = "< now() - make_interval(days => :days)"

RULES: tuple[Rule, ...] = (
    Rule(
        "sessions", N_("Sessions terminées"), N_("Reconnaître votre navigateur tant que vous êtes connecté."), GDPR, CHECKED,
        f"delete from web_session where expires_at {_OLDER}",
    ),
    Rule(
        "sign_in_attempts", N_("Connexions commencées, puis laissées"), N_("Laisser le temps de donner le code ou la clé d’accès."), GDPR,
        CHECKED,
        f"with challenges as (delete from passkey_challenge where expires_at {_OLDER}),"
        f" attempts as (delete from federated_attempt where expires_at {_OLDER})"
        f" delete from half_open_session where expires_at {_OLDER}",
    ),
    Rule(
        "tokens", N_("Liens à usage unique (invitation, mot de passe, adresse)"),
        N_("Prouver qu’un lien a servi ou a expiré, le temps d’une réclamation."), GDPR, CHECKED,
        f"delete from one_time_token where expires_at {_OLDER}",
    ),
    Rule(
        "invitations", N_("Invitations acceptées, retirées ou expirées"), N_("Savoir qui a fait entrer qui."), GDPR, CHECKED,
        f"delete from team_invitation where greatest(state_since, expires_at) {_OLDER}",
    ),
    Rule(
        "claims", N_("Demandes d’ouverture de compte dont l’adresse n’a pas répondu"),
        N_("Laisser le temps de répondre au courriel."), GDPR, CHECKED,
        f"delete from claim where state = 'unproven' and created_at {_OLDER}",
    ),
    Rule(
        "claim_decisions", N_("Demandes d’ouverture de compte décidées ou retirées"),
        N_("Prouver pourquoi une personne agit pour une organisation."),
        N_("RGPD, article 5, paragraphe 2 (responsabilité) ; Code civil, article 2224 (cinq ans)"), CHECKED,
        f"delete from claim where state in ('confirmed', 'refused', 'withdrawn') and state_since {_OLDER}",
    ),
    Rule(
        "idempotency", N_("Réponses gardées pour qu’un envoi répété n’agisse qu’une fois"),
        N_("Ne pas créer deux fois la même chose quand le réseau coupe."), GDPR, CHECKED,
        f"delete from idempotency_record where created_at {_OLDER}",
    ),
    Rule(
        "outbox", N_("Travaux terminés du service"), N_("Comprendre un incident récent."), SECURITY, CHECKED,
        f"delete from outbox where status = 'done' and done_at {_OLDER}",
    ),
    Rule(
        "webhooks", N_("Envois de webhooks : contenu et réponses"), N_("Comprendre pourquoi un logiciel n’a pas reçu un message."), GDPR, CHECKED,
        "with secrets as (update webhook_endpoint set previous_secret = null, previous_until = null where previous_until < now())"
        f" delete from webhook_delivery where created_at {_OLDER} and state not in ('pending', 'sending')",
    ),
    Rule(
        "tries", N_("Décomptes d’essais, par adresse et par compte, sous forme d’empreinte"), N_("Arrêter qui devine des mots de passe."),
        SECURITY, CHECKED,
        f"with places as (delete from own_place where expires_at {_OLDER}) delete from try_count where expires_at {_OLDER}",
    ),
    Rule(
        "mail_bodies", N_("Texte des courriels envoyés"), N_("Répondre à qui dit n’avoir rien reçu."), GDPR, CHECKED,
        f"update mail set body = '' where state = 'sent' and body <> '' and sent_at {_OLDER}",
    ),
    Rule(
        "mails", N_("Courriels : destinataire, sujet et date"), N_("Prouver qu’une information a été envoyée."), GDPR, CHECKED,
        f"delete from mail where state in ('sent', 'unknown') and created_at {_OLDER}",
    ),
    Rule(
        "notices", N_("Avis de l’annuaire envoyés"), N_("Retrouver ce qu’un courriel a annoncé."), GDPR, CHECKED,
        f"delete from notice where sent_at is not null and created_at {_OLDER}",
    ),
    Rule(
        "saved_searches", N_("Recherches enregistrées que vous avez supprimées"), N_("Vous laisser le temps de vous raviser."), GDPR, CHECKED,
        f"delete from saved_search where deleted_at {_OLDER}",
    ),
    Rule(
        "imports", N_("Fichiers de fiches envoyés, avec leurs erreurs"), N_("Vous laisser le temps de les corriger."), GDPR, CHECKED,
        f"delete from sheet_import where created_at {_OLDER}",
    ),
    Rule(
        "evidence_requests", N_("Confirmations de références : adresse, nom et fonction de qui a répondu"),
        N_("Prouver qui a confirmé une référence, tant que la confirmation compte, puis un an."), GDPR, CHECKED,
        "update evidence_request set recipient = '', said = null, contact_name = null, contact_role = null"
        f" where recipient <> '' and asked_at {_OLDER}",
    ),
    Rule(
        "visitor_searches", N_("Recherches et besoins tapés sans compte, avec leur réponse"),
        N_(
            "Expliquer une réponse qui vient d’être donnée. Un texte libre peut contenir des données personnelles : n’y mettez le nom"
            " de personne. Il n’est relié à aucun compte ni à aucune adresse, et personne d’autre que le service ne le relit."
        ),
        GDPR, CHECKED, f"delete from search_log where organisation_id is null and at {_OLDER}",
    ),
    Rule(
        "searches", N_("Recherches et besoins d’une organisation, avec leur réponse, tant qu’ils ne sont pas figés au registre de sourcing"),
        N_(
            "Laisser treize mois, le temps d’un budget, pour figer une recherche comme preuve. Une recherche figée devient une pièce"
            " d’achat, gardée comme les autres. Une entreprise sait à peu près combien de besoins ont trouvé sa fiche ou l’ont écartée, quand"
            " trois villes au moins les ont décrits : jamais lesquelles, ni leurs mots."
        ),
        GDPR, CHECKED, f"delete from search_log where organisation_id is not null and at {_OLDER}",
    ),
    Rule(
        "proposals", N_("Propositions d’achat groupé restées sans suite, avec la réponse de chaque ville"),
        N_("Ne pas proposer deux fois la même chose, et ne pas garder qui a décliné."), GDPR, CHECKED,
        f"delete from pool_proposal where pool_id is null and expires_at {_OLDER}",
    ),
    Rule(
        "exports", N_("Copies de données personnelles préparées"), N_("Vous laisser le temps de les télécharger."), GDPR, CHECKED,
        f"update personal_request set content = null where content is not null and done_at {_OLDER}",
    ),
    Rule(
        "requests", N_("Demandes de copie et d’effacement : date et suite donnée"),
        N_("Prouver qu’une demande a reçu sa réponse."),
        N_("RGPD, article 5, paragraphe 2 (responsabilité) ; Code civil, article 2224 (cinq ans)"), CHECKED,
        f"delete from personal_request where state in ('done', 'refused') and done_at {_OLDER}",
    ),
    Rule(
        "logs", N_("Journaux techniques des serveurs"), N_("Déceler et comprendre une attaque ou une panne."), SECURITY, CHECKED,
        lasts=N_("appliquée par l’exploitant à ses journaux"),
    ),
    Rule(
        "account", N_("Compte : nom, adresse, droits, clés"), N_("Vous connecter et agir pour votre organisation."),
        N_("RGPD, article 6, paragraphe 1, e (mission d’intérêt public) et b (contrat)"), CHECKED,
        lasts=N_("jusqu’à l’effacement du compte, que vous pouvez demander à tout moment"),
    ),
    Rule(
        "procurement", N_("Pièces des achats : besoins, registre de sourcing, offres, délibérations, signatures, commandes"),
        N_("Rendre compte de l’argent public et de la procédure suivie."),
        N_("Code de la commande publique, articles R2184-12 et R2184-13 : cinq ans au moins, dix ans pour les travaux"), CHECKED,
        lasts=N_("dix ans après la fin du marché, puis versement ou élimination par l’archiviste ; le nom y est remplacé si vous l’effacez"),
    ),
    Rule(
        "invoices", N_("Factures et paiements"), N_("Tenir les pièces comptables."),
        N_("Code de commerce, article L123-22 (dix ans) ; Livre des procédures fiscales, article L102 B (six ans)"), CHECKED,
        lasts=N_("dix ans après la clôture de l’exercice"),
    ),
    Rule(
        "audit", N_("Journal des actes : un identifiant, jamais un nom ni une adresse"),
        N_("Prouver qui a fait quoi ; il est scellé, et personne ne peut y effacer une ligne."),
        N_("RGPD, article 17, paragraphe 3, b et e (obligation légale, droits en justice) et article 32"), CHECKED,
        lasts=N_("aussi longtemps que les achats dont il rend compte, dix ans au moins"),
    ),
)  # fmt: skip


def durations(settings: RetentionSettings) -> Mapping[str, int]:
    """The days of each rule that has a setting."""
    found: dict[str, int] = settings.model_dump()
    return found


async def purge(database: Database, settings: RetentionSettings) -> dict[str, int]:
    """Remove what is due, a transaction a rule, noting in the journal how much. Returns the rows by rule. As the worker."""
    days = durations(settings)
    removed = {}
    for rule in RULES:
        if rule.statement is None:
            continue
        async with database.transaction(SYSTEM) as session:
            done = await session.execute(text(rule.statement), {"days": days[rule.name]})
            removed[rule.name] = int(done.rowcount)  # type: ignore[attr-defined]
    if any(removed.values()):
        async with database.transaction(SYSTEM) as session:
            told = {name: count for name, count in removed.items() if count}
            audit.note(session, SYSTEM, "retention.purge", "retention", None, after=told)
    return removed
