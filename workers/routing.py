"""The dictionary: which event sets what in motion, and which deadlines are swept."""

from collections.abc import Sequence

from catalog.curation.events import (
    CommentWithdrawn,
    FieldCommented,
    ReviewDue,
    ReviewReleased,
    ReviewTaken,
)
from catalog.curation.reminding import due_reviews
from catalog.evidence.ending import due_endings
from catalog.evidence.events import (
    ConfirmationAnswered,
    ConfirmationAsked,
    EvidenceDecided,
    EvidenceEnding,
    EvidenceOffered,
)
from catalog.solutions.events import (
    FilesDropped,
    SheetChanged,
    SheetReviewed,
    SheetsLoaded,
    SheetSubmitted,
    SheetTakenBack,
)
from catalog.suppliers.events import (
    CapacityChanged,
    CertificateEnding,
    CertificateOffered,
    CertificateReviewed,
    StakeAdded,
)
from catalog.suppliers.expiring import due_certificates
from marketplace.accounts.api_keys import due_key_warnings
from marketplace.accounts.events import (
    AdminAdded,
    ApiKeyExpiring,
    ClaimDecided,
    ClaimProven,
    ClaimStarted,
    InvitationSent,
    RolesChanged,
)
from marketplace.notifications.digests import due_digests
from marketplace.notifications.events import DigestDue, MailQueued
from marketplace.personal_data.events import CopyAsked, ErasureConfirmed
from marketplace.sign_in.events import EmailChangeAsked, ResetAsked, SecurityChanged
from marketplace.sign_in.identity_events import IdentityLinked, PersonAttached
from marketplace.webhooks.events import EndpointDisabled
from procurement.billing.events import InvoiceIssued, InvoicePaid
from procurement.conventions.events import AgreementReady
from procurement.orders.events import (
    OrderAccepted,
    OrderDelivered,
    OrderIssued,
    OrdersChunkPlanned,
    OrdersPrepared,
)
from procurement.pools.deadlines import due_censuses
from procurement.pools.events import (
    CensusClosed,
    CensusDue,
    CommitmentOpened,
    PoolMoved,
    TownInvited,
    TownLeft,
    WentIndividual,
)
from procurement.quotes.events import (
    AwardNotified,
    ConsultationOpen,
    ConsultationPublished,
    OffersOpened,
    QuotesDue,
)
from procurement.quotes.unsealing import due_quotes
from search.proposals.events import NeedsAlike, ProposalAccepted, ProposalDeclined, ProposalMade
from search.proposals.proposing import due_proposals
from search.saved.alerting import due_alerts
from search.saved.events import AlertChanged, AlertDue
from workers import (
    account_mail_jobs,
    alert_jobs,
    catalog_jobs,
    evidence_jobs,
    identity_mail_jobs,
    mail_jobs,
    notice_jobs,
    personal_data_jobs,
    procurement_jobs,
    proposal_jobs,
    review_jobs,
    search_jobs,
    sign_in_mail_jobs,
    supplier_jobs,
    webhook_jobs,
)
from workers.routes import Lane, Route, Routes
from workers.sweeps import Due

ROUTES: Routes = {
    # the directory
    SheetChanged: (
        Route("refresh_index", search_jobs.refresh_index, Lane.QUEUE),
        Route("refresh_server", search_jobs.refresh_server, Lane.QUEUE),
        Route("withdraw_alerts", alert_jobs.withdraw_alerts),
        Route("link_contracts", evidence_jobs.link_contracts),
    ),
    SheetsLoaded: (
        Route("refresh_loaded", search_jobs.refresh_loaded, Lane.QUEUE),
        Route("refresh_server_loaded", search_jobs.refresh_server_loaded, Lane.QUEUE),
        Route("withdraw_alerts_loaded", alert_jobs.withdraw_alerts_loaded),
        Route("link_loaded", evidence_jobs.link_loaded),
    ),
    FilesDropped: (Route("drop_files", catalog_jobs.drop_files, Lane.QUEUE),),
    # evidence
    ConfirmationAsked: (Route("mail_confirmation", evidence_jobs.mail_confirmation, Lane.QUEUE),),
    ConfirmationAnswered: (Route("settle_confirmation", evidence_jobs.settle),),
    EvidenceOffered: (Route("mail_evidence_offered", evidence_jobs.tell_curators, Lane.QUEUE),),
    EvidenceDecided: (Route("mail_evidence_decided", evidence_jobs.tell_decision, Lane.QUEUE),),
    EvidenceEnding: (
        Route("mail_evidence_ending", evidence_jobs.tell_ending, Lane.QUEUE),
        Route("refresh_ended", search_jobs.refresh_ended, Lane.QUEUE),
        Route("refresh_server_ended", search_jobs.refresh_server_ended, Lane.QUEUE),
    ),
    # suppliers
    CapacityChanged: (Route("refresh_capacity", search_jobs.refresh_capacity, Lane.QUEUE),),
    CertificateOffered: (Route("tell_certificate_offered", supplier_jobs.certificate_offered, Lane.QUEUE),),
    CertificateReviewed: (
        Route("tell_certificate_reviewed", supplier_jobs.certificate_reviewed, Lane.QUEUE),
        Route("refresh_standing", search_jobs.refresh_standing, Lane.QUEUE),
    ),
    CertificateEnding: (Route("tell_certificate_ending", supplier_jobs.certificate_ending, Lane.QUEUE),),
    StakeAdded: (Route("tell_stake_added", supplier_jobs.stake_added, Lane.QUEUE),),
    SheetReviewed: (
        Route("hook_sheet", webhook_jobs.sheet_reviewed, Lane.QUEUE),
        Route("mail_decision", review_jobs.reviewed, Lane.QUEUE),
    ),
    SheetSubmitted: (Route("mail_submission", review_jobs.submitted, Lane.QUEUE),),
    SheetTakenBack: (Route("mail_taken_back", review_jobs.taken_back, Lane.QUEUE),),
    ReviewTaken: (Route("mail_review_taken", review_jobs.taken, Lane.QUEUE),),
    ReviewReleased: (Route("mail_review_released", review_jobs.released, Lane.QUEUE),),
    ReviewDue: (Route("mail_review_due", review_jobs.due, Lane.QUEUE),),
    FieldCommented: (Route("mail_comment", review_jobs.commented, Lane.QUEUE),),
    CommentWithdrawn: (Route("mail_comment_withdrawn", review_jobs.comment_withdrawn, Lane.QUEUE),),
    # accounts
    IdentityLinked: (Route("mail_identity_linked", identity_mail_jobs.identity_linked, Lane.QUEUE),),
    PersonAttached: (Route("mail_attachment", identity_mail_jobs.person_attached, Lane.QUEUE),),
    # pools
    PoolMoved: (Route("hook_phase", webhook_jobs.pool_moved, Lane.QUEUE),),
    TownInvited: (
        Route("mail_invitation", mail_jobs.town_invited, Lane.QUEUE),
        Route("hook_invitation", webhook_jobs.town_invited, Lane.QUEUE),
    ),
    TownLeft: (Route("mail_departure", mail_jobs.town_left, Lane.QUEUE),),
    CensusDue: (Route("close_census", procurement_jobs.close_census),),
    CensusClosed: (
        Route("consolidate_grids", procurement_jobs.consolidate_grids),
        Route("mail_census_closed", mail_jobs.census_closed, Lane.QUEUE),
    ),
    WentIndividual: (Route("return_needs", procurement_jobs.return_needs),),
    CommitmentOpened: (Route("write_agreement", procurement_jobs.write_agreement),),
    AgreementReady: (Route("mail_agreement", mail_jobs.agreement_ready, Lane.QUEUE),),
    # proposals
    NeedsAlike: (Route("propose_pools", proposal_jobs.propose),),
    ProposalMade: (Route("tell_proposal", proposal_jobs.tell_made, Lane.QUEUE),),
    ProposalAccepted: (Route("tell_acceptance", proposal_jobs.tell_accepted, Lane.QUEUE),),
    ProposalDeclined: (Route("untell_proposal", proposal_jobs.untell, Lane.QUEUE),),
    # consultations
    ConsultationPublished: (Route("make_keys", procurement_jobs.make_keys),),
    ConsultationOpen: (
        Route("mail_consultation", mail_jobs.consultation_open, Lane.QUEUE),
        Route("hook_consultation", webhook_jobs.consultation_open, Lane.QUEUE),
    ),
    QuotesDue: (Route("unseal_offers", procurement_jobs.unseal_offers),),
    OffersOpened: (Route("consolidate_quotes", procurement_jobs.consolidate_quotes),),
    # orders and money
    AwardNotified: (
        Route("plan_orders", procurement_jobs.plan_orders),
        Route("mail_award", mail_jobs.award_notified, Lane.QUEUE),
        Route("hook_award", webhook_jobs.award_notified, Lane.QUEUE),
    ),
    OrdersChunkPlanned: (Route("prepare_orders", procurement_jobs.prepare_orders),),
    OrdersPrepared: (
        Route("mail_orders", mail_jobs.orders_prepared, Lane.QUEUE),
        Route("hook_orders_prepared", webhook_jobs.orders_prepared, Lane.QUEUE),
    ),
    OrderIssued: (
        Route("write_order", procurement_jobs.write_order, Lane.QUEUE),
        Route("hook_order_issued", webhook_jobs.order_issued, Lane.QUEUE),
    ),
    OrderDelivered: (Route("hook_order_delivered", webhook_jobs.order_delivered, Lane.QUEUE),),
    OrderAccepted: (
        Route("issue_invoice", procurement_jobs.issue_invoice),
        Route("record_delivery", evidence_jobs.record_delivery),
        Route("hook_order_accepted", webhook_jobs.order_accepted, Lane.QUEUE),
    ),
    InvoiceIssued: (
        Route("write_invoice", procurement_jobs.write_invoice, Lane.QUEUE),
        Route("hook_invoice_issued", webhook_jobs.invoice_issued, Lane.QUEUE),
    ),
    InvoicePaid: (
        Route("settle", procurement_jobs.settle),
        Route("hook_invoice_paid", webhook_jobs.invoice_paid, Lane.QUEUE),
    ),
    # people
    InvitationSent: (Route("mail_team_invitation", account_mail_jobs.team_invitation, Lane.QUEUE),),
    ClaimStarted: (Route("mail_claim_proof", account_mail_jobs.claim_started, Lane.QUEUE),),
    ClaimProven: (Route("mail_claim_waiting", account_mail_jobs.claim_proven, Lane.QUEUE),),
    ClaimDecided: (Route("mail_claim_decision", account_mail_jobs.claim_decided, Lane.QUEUE),),
    AdminAdded: (Route("mail_admin_added", account_mail_jobs.admin_added, Lane.QUEUE),),
    RolesChanged: (
        Route("end_duties", procurement_jobs.end_duties),
        Route("forget_searches", alert_jobs.forget_searches),
        Route("mail_roles_changed", account_mail_jobs.roles_changed, Lane.QUEUE),
    ),
    # kept searches
    AlertChanged: (Route("settle_alert", alert_jobs.settle_alert, Lane.QUEUE),),
    AlertDue: (Route("look_for_news", alert_jobs.look_for_news, Lane.QUEUE),),
    # signing in
    ResetAsked: (Route("mail_reset", sign_in_mail_jobs.reset_asked, Lane.QUEUE),),
    EmailChangeAsked: (Route("mail_email_change", sign_in_mail_jobs.email_change_asked, Lane.QUEUE),),
    SecurityChanged: (Route("mail_security", sign_in_mail_jobs.security_changed, Lane.QUEUE),),
    # personal data
    CopyAsked: (Route("make_copy", personal_data_jobs.make_copy),),
    ErasureConfirmed: (Route("erase_person", personal_data_jobs.erase_person),),
    # mails
    DigestDue: (Route("mail_digest", notice_jobs.compose_digest, Lane.QUEUE),),
    MailQueued: (Route("send_mail", mail_jobs.send, Lane.QUEUE),),
    ApiKeyExpiring: (Route("mail_key_expiring", account_mail_jobs.key_expiring, Lane.QUEUE),),
    EndpointDisabled: (Route("mail_webhook_disabled", webhook_jobs.endpoint_disabled, Lane.QUEUE),),
}

DEADLINES: Sequence[Due] = (
    due_reviews, due_certificates, due_censuses, due_quotes, due_key_warnings, due_digests, due_endings,
    due_proposals, due_alerts,
)  # fmt: skip
