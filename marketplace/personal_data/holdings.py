"""Every table that holds something about a person. The list is walked by the copy, by the erasure, and by the public page.

A new table with a column about people: add its `Holding` in the order of erasure (what refers to a row before that row).
"""

from dataclasses import dataclass

from marketplace.words import N_

PSEUDONYM = "Personne effacée"


@dataclass(frozen=True, slots=True)
class Holding:
    """`columns`: those that tell of a person. `copy`: what their copy shows. `erase`: what an erasure does.

    Statements take `:person` (the id), `:email` and `:pseudonym`. `kept`: why what stays behind stays, as French.
    `rule`: the name of its `retention.Rule`.
    """

    table: str
    columns: tuple[str, ...]
    what: str
    rule: str
    copy: str
    erase: tuple[str, ...] = ()
    kept: str | None = None


LAW = N_("pièce d’un achat public : la loi oblige à la garder, avec un identifiant à la place de votre nom")
REVIEW = N_("preuve de la relecture d’une fiche publiée, avec un identifiant à la place de votre nom")

HOLDINGS: tuple[Holding, ...] = (
    Holding(
        "half_open_session", ("person_id",), N_("Connexions qui attendent un code"), "sign_in_attempts",
        "select created_at, expires_at from half_open_session where person_id = :person",
        ("delete from half_open_session where person_id = :person",),
    ),
    Holding(
        "passkey_challenge", ("person_id",), N_("Connexions qui attendent une clé d’accès"), "sign_in_attempts",
        "select created_at, ceremony, expires_at from passkey_challenge where person_id = :person",
        ("delete from passkey_challenge where person_id = :person",),
    ),
    Holding(
        "totp_factor", ("person_id",), N_("Codes par application"), "account",
        "select created_at, confirmed_at from totp_factor where person_id = :person",
        ("delete from totp_factor where person_id = :person",),
    ),
    Holding(
        "recovery_code", ("person_id",), N_("Codes de secours"), "account",
        "select created_at, used_at from recovery_code where person_id = :person",
        ("delete from recovery_code where person_id = :person",),
    ),
    Holding(
        "passkey", ("person_id",), N_("Clés d’accès"), "account",
        "select created_at, name, last_used_at from passkey where person_id = :person",
        ("delete from passkey where person_id = :person",),
    ),
    Holding(
        "federated_identity", ("person_id",), N_("Identités ProConnect"), "account",
        "select created_at, issuer, subject, siret, last_used_at from federated_identity where person_id = :person",
        ("delete from federated_identity where person_id = :person",),
    ),
    Holding(
        "federated_session", ("person_id",), N_("Sessions ouvertes avec ProConnect"), "sessions",
        "select created_at from federated_session where person_id = :person",
        ("delete from federated_session where person_id = :person",),
    ),
    Holding(
        "web_session", ("person_id",), N_("Sessions ouvertes"), "sessions",
        "select created_at, device, proof, proved_at, last_seen_at, expires_at from web_session where person_id = :person",
        ("delete from web_session where person_id = :person",),
    ),
    Holding(
        "webhook_endpoint", ("made_by",), N_("Webhooks que vous avez ajoutés"), "account",
        "select created_at, name, url, events, disabled_at from webhook_endpoint where made_by = :person",
        ("update webhook_endpoint set made_by = null where made_by = :person",),
    ),
    Holding(
        "api_key", ("person_id",), N_("Clés d’API"), "account",
        "select created_at, name, prefix, scope, expires_at, last_used_at, revoked_at from api_key where person_id = :person",
        ("delete from api_key where person_id = :person",),
    ),
    Holding(
        "evidence", ("offered_by", "decided_by"), N_("Preuves que vous avez apportées ou jugées"), "account",
        "select created_at, kind, path, source, state, reason from evidence where offered_by = :person or decided_by = :person",
        (
            "update evidence set offered_by = null where offered_by = :person",
            "update evidence set decided_by = null where decided_by = :person",
        ),
    ),
    Holding(
        "evidence_request", ("recipient", "contact_name", "contact_role", "asked_by"),
        N_("Demandes de confirmation d’une référence, envoyées ou reçues, et votre réponse"), "evidence_requests",
        "select asked_at, recipient, answer, said, contact_name, contact_role, answered_at from evidence_request"
        " where lower(recipient) = :email or asked_by = :person",
        (
            "update evidence_request set asked_by = null where asked_by = :person",
            "update evidence_request set recipient = '', said = null, contact_name = :pseudonym, contact_role = null where lower(recipient) = :email",
        ),
    ),
    Holding(
        "one_time_token", ("person_id", "bound_to"), N_("Liens à usage unique"), "tokens",
        "select created_at, purpose, bound_to, expires_at, used_at from one_time_token where person_id = :person or lower(bound_to) = :email",
        ("delete from one_time_token where person_id = :person or lower(bound_to) = :email",),
    ),
    Holding(
        "team_invitation", ("email", "invited_by"), N_("Invitations reçues et envoyées"), "invitations",
        "select created_at, email, roles, state, expires_at from team_invitation where lower(email) = :email or invited_by = :person",
        (
            "delete from team_invitation where lower(email) = :email",
            "delete from team_invitation where invited_by = :person and state = 'pending'",
        ),
    ),
    Holding(
        "claim", ("email", "person_name", "person_id"), N_("Demandes d’ouverture de compte d’organisation"), "claim_decisions",
        "select created_at, email, person_name, name, siret, roles, reason, state from claim where person_id = :person or lower(email) = :email",
        (
            "delete from claim where (person_id = :person or lower(email) = :email) and state not in ('confirmed', 'refused')",
            "update claim set email = '', person_name = :pseudonym, reason = null where person_id = :person or lower(email) = :email",
        ),
        kept=N_("preuve de la décision prise, avec un identifiant à la place de votre nom"),
    ),
    Holding(
        "declared_interest", ("person_id",), N_("Intérêts que vous avez déclarés"), "procurement",
        "select i.created_at, o.name as firm, i.kind, i.detail, i.since, i.ended_on from declared_interest i"
        " join organisation o on o.id = i.startup_id where i.person_id = :person",
        ("update declared_interest set detail = '' where person_id = :person",),
        kept=N_("preuve que vous n’avez pas pris part aux décisions, sans le détail du lien, avec un identifiant"),
    ),
    Holding(
        "supplier_contact", ("email", "name", "phone"), N_("Contacts donnés par des entreprises"), "account",
        "select created_at, kind, name, email, phone from supplier_contact where lower(email) = :email",
        ("delete from supplier_contact where lower(email) = :email",),
    ),
    Holding(
        "appointment", ("person_id", "appointed_by"), N_("Missions dans les achats"), "procurement",
        "select created_at, duty, ended_at, ended_because from appointment where person_id = :person", kept=LAW,
    ),
    Holding(
        "idempotency_record", ("person_id",), N_("Réponses gardées pour les envois répétés"), "idempotency",
        "select created_at, key from idempotency_record where person_id = :person",
        ("delete from idempotency_record where person_id = :person",),
    ),
    Holding(
        "mail", ("recipient",), N_("Courriels qui vous ont été envoyés"), "mails",
        "select created_at, sent_at, subject, body from mail where lower(recipient) = :email",
        (
            "delete from mail where lower(recipient) = :email and state <> 'sent'",
            "update mail set recipient = '', subject = '', body = '', key = 'erased:' || id where lower(recipient) = :email",
            # what was written to others and names them
            (
                "update mail m set subject = replace(replace(m.subject, p.name, :pseudonym), p.email, ''),"
                " body = replace(replace(m.body, p.name, :pseudonym), p.email, '') from person p where p.id = :person"
                " and (position(p.name in m.subject || ' ' || m.body) > 0 or position(p.email in m.subject || ' ' || m.body) > 0)"
            ),
        ),
    ),
    Holding(
        "sheet_import", ("person_id",), N_("Fichiers de fiches que vous avez envoyés"), "imports",
        "select created_at, file_name, side, saved_at from sheet_import where person_id = :person",
        ("delete from sheet_import where person_id = :person",),
    ),
    Holding(
        "notice", ("person_id",), N_("Avis de l’annuaire"), "notices",
        "select told_at, sent_at, subject, body, link from notice where person_id = :person",
        (
            "delete from notice where person_id = :person",
            # what others were told and names them
            (
                "update notice n set subject = replace(replace(n.subject, p.name, :pseudonym), p.email, ''),"
                " body = replace(replace(n.body, p.name, :pseudonym), p.email, '') from person p where p.id = :person"
                " and (position(p.name in n.subject || ' ' || n.body) > 0 or position(p.email in n.subject || ' ' || n.body) > 0)"
            ),
        ),
    ),
    Holding(
        "saved_search", ("person_id",), N_("Recherches que vous avez enregistrées, avec leurs alertes"), "account",
        "select created_at, name, criteria::text as criteria, alert, looked_on, deleted_at from saved_search where person_id = :person",
        ("delete from saved_search where person_id = :person",),
    ),
    Holding(
        "affiliation", ("person_id",), N_("Organisations et rôles"), "account",
        "select a.created_at, o.name as organisation, a.roles from affiliation a join organisation o on o.id = a.organisation_id"
        " where a.person_id = :person",
        ("delete from affiliation where person_id = :person",),
    ),
    Holding(
        "solution_revision", ("reviewer_id",), N_("Fiches que vous avez relues"), "procurement",
        "select created_at, number, state, decided_at from solution_revision where reviewer_id = :person", kept=REVIEW,
    ),
    Holding(
        "review_tick", ("person_id",), N_("Réponses aux listes de contrôle des fiches"), "procurement",
        "select created_at, item, answer, note from review_tick where person_id = :person", kept=REVIEW,
    ),
    Holding(
        "review_remark", ("person_id",), N_("Commentaires sur les champs d’une fiche"), "procurement",
        "select created_at, path, kind, text, withdrawn_at from review_remark where person_id = :person", kept=REVIEW,
    ),
    Holding(
        "review_decision", ("person_id",), N_("Décisions de relecture"), "procurement",
        "select at, verdict, reason from review_decision where person_id = :person", kept=REVIEW,
    ),
    Holding(
        "search_log", ("person_id",), N_("Recherches et besoins que vous avez tapés pour votre organisation"), "searches",
        "select at, kind, asked, total from search_log where person_id = :person",
        ("update search_log set person_id = null where person_id = :person",),
    ),
    Holding(
        "sourcing_record", ("person_id",), N_("Preuves que vous avez figées au registre de sourcing"), "procurement",
        "select frozen_at, kind, title, text, sha256 from sourcing_record where person_id = :person", kept=LAW,
    ),
    Holding(
        "need", ("person_id",), N_("Besoins que vous avez décrits"), "procurement",
        "select created_at, text, domain, quantity, unit from need where person_id = :person", kept=LAW,
    ),
    Holding(
        "quote", ("person_id",), N_("Offres que vous avez déposées"), "procurement",
        "select created_at, deposited_at, supplier_name, state, sha256 from quote where person_id = :person", kept=LAW,
    ),
    Holding(
        "evaluation", ("by_person_id",), N_("Notes que vous avez données aux offres"), "procurement",
        "select created_at, consultation_id from evaluation where by_person_id = :person", kept=LAW,
    ),
    Holding(
        "deliberation", ("by_person_id",), N_("Délibérations que vous avez enregistrées"), "procurement",
        "select created_at, number, voted_on, transmitted_on from deliberation where by_person_id = :person", kept=LAW,
    ),
    Holding(
        "signature", ("by_person_id", "signatory_name"), N_("Signatures que vous avez enregistrées"), "procurement",
        "select created_at, signatory_name, signatory_title, signed_on, agreement_sha256 from signature where by_person_id = :person",
        (
            ("update signature s set signatory_name = :pseudonym from person p where p.id = :person"
            " and (s.by_person_id = p.id or folded(s.signatory_name) = folded(p.name))"),
        ),
        kept=LAW,
    ),
    Holding(
        "purchase_order", ("accepted_by",), N_("Services faits que vous avez constatés"), "procurement",
        "select number, accepted_at, ttc_cents from purchase_order where accepted_by = :person", kept=LAW,
    ),
    Holding(
        "billing_mandate", ("given_by",), N_("Mandats de facturation que vous avez donnés"), "invoices",
        "select given_at, prefix, revoked_at from billing_mandate where given_by = :person", kept=LAW,
    ),
    Holding(
        "mandate_payment", ("recorded_by", "confirmed_by"), N_("Paiements que vous avez enregistrés ou confirmés"), "invoices",
        "select created_at, number, paid_on, cents, confirmed_at from mandate_payment where :person in (recorded_by, confirmed_by)",
        kept=LAW,
    ),
    Holding(
        "audit_line", ("person_id",), N_("Journal de vos actes"), "audit",
        "select created_at, channel, action, subject, subject_id from audit_line where person_id = :person order by created_at",
        kept=N_("journal scellé : il ne contient que votre identifiant, qui ne mène plus à personne"),
    ),
    Holding(
        "personal_request", ("person_id", "asked_by", "confirmed_by"), N_("Vos demandes sur vos données"), "requests",
        "select created_at, kind, state, done_at from personal_request where person_id = :person",
        ("update personal_request set content = null, reason = null where person_id = :person",),
        kept=N_("preuve que la demande a reçu sa réponse, avec un identifiant"),
    ),
    Holding(
        "person", ("email",), N_("Identité"), "account",
        "select created_at, name, email from person where id = :person",
        (
            ("update person set name = :pseudonym, email = id || '@efface.invalid', password_hash = null, erased_at = now()"
            " where id = :person"),
        ),
        kept=N_("une ligne sans nom ni adresse, à laquelle les pièces gardées renvoient"),
    ),
)  # fmt: skip

NOT_ABOUT_PEOPLE: dict[str, str] = {
    "invoice.issued_by": "who numbered the invoice: the supplier, or us under its mandate",
}
"""Columns whose name looks like it, and why they are not."""
