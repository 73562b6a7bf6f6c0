"""The life of a pool, and of a town's membership in it.

draft ─open▶ interest ─launch_census▶ census ─close_census▶ consolidation ─validate▶ commitment ─freeze▶ frozen
  └────────────launch_census────────────▶        ◀─reopen_census─┘
frozen ─publish▶ consultation ─open_offers (timer) | import_offers▶ analysis ─propose_award▶ award ─notify_award▶ execution
                                                                      ◀─withdraw_proposal─┘
execution ─complete▶ review ─close▶ closed

census ─miss_threshold▶ threshold_missed ─extend▶ census | continue▶ consolidation | abandon | go_individual▶ abandoned
consultation, analysis ─fail▶ unsuccessful;  consultation, analysis, award ─give_up▶ no_award;  both ─relaunch▶ frozen
before consultation ─abandon▶ abandoned;  any running phase ─suspend▶ suspended ─resume…▶ where it was

invited ─show_interest▶ interested ─declare▶ declared ─confirm▶ confirmed ─deliberate▶ deliberated ─sign▶ signed
                                                       ◀─ask_again─┘  (the census is reopened)
signed (or confirmed, for a pool of one) ─commit▶ committed ─execute▶ executing ─settle▶ settled
exits: declined, silent, withdrawn, not_committed, excluded
"""

from enum import StrEnum

from marketplace.lifecycle import Lifecycle, Move
from marketplace.words import N_
from procurement.pools.events import PoolMoved


class Who(StrEnum):
    """What somebody is to a pool."""

    COORDINATOR = "coordinator"
    COORDINATOR_SIGNATORY = "coordinator_signatory"
    TIMER = "timer"
    TOWN = "town"
    TOWN_SIGNATORY = "town_signatory"


WHO_NAMES = {
    Who.COORDINATOR: N_("la ville coordonnatrice, ou la personne qu’elle a désignée"),
    Who.COORDINATOR_SIGNATORY: N_("l’élu signataire de la ville coordonnatrice"),
    Who.TIMER: N_("le serveur"),
    Who.TOWN: N_("la ville"),
    Who.TOWN_SIGNATORY: N_("l’élu signataire de la ville"),
}


class PoolState(StrEnum):
    DRAFT = "draft"
    INTEREST = "interest"
    CENSUS = "census"
    CONSOLIDATION = "consolidation"
    COMMITMENT = "commitment"
    FROZEN = "frozen"
    CONSULTATION = "consultation"
    ANALYSIS = "analysis"
    AWARD = "award"
    EXECUTION = "execution"
    REVIEW = "review"
    CLOSED = "closed"
    THRESHOLD_MISSED = "threshold_missed"
    NO_AWARD = "no_award"
    UNSUCCESSFUL = "unsuccessful"
    SUSPENDED = "suspended"
    ABANDONED = "abandoned"


P = PoolState

PHASES = (P.DRAFT, P.INTEREST, P.CENSUS, P.CONSOLIDATION, P.COMMITMENT, P.FROZEN, P.CONSULTATION, P.ANALYSIS, P.AWARD,
          P.EXECUTION, P.REVIEW, P.CLOSED)  # fmt: skip
"""The straight road, in order."""

JOINABLE = frozenset({P.INTEREST, P.CENSUS})
"""Where a town may come in by itself."""

BEFORE_FREEZE = frozenset({P.DRAFT, P.INTEREST, P.CENSUS, P.CONSOLIDATION, P.COMMITMENT})
ENDED = frozenset({P.CLOSED, P.ABANDONED})

POOL_STATE_NAMES = {
    P.DRAFT: N_("brouillon"),
    P.INTEREST: N_("appel à intérêt"),
    P.CENSUS: N_("recensement"),
    P.CONSOLIDATION: N_("consolidation"),
    P.COMMITMENT: N_("délibérations et signatures"),
    P.FROZEN: N_("périmètre figé"),
    P.CONSULTATION: N_("consultation"),
    P.ANALYSIS: N_("analyse"),
    P.AWARD: N_("attribution proposée"),
    P.EXECUTION: N_("exécution"),
    P.REVIEW: N_("bilan"),
    P.CLOSED: N_("clos"),
    P.THRESHOLD_MISSED: N_("seuil non atteint"),
    P.NO_AWARD: N_("sans suite"),
    P.UNSUCCESSFUL: N_("infructueux"),
    P.SUSPENDED: N_("suspendu"),
    P.ABANDONED: N_("abandonné"),
}

_coordinator = frozenset({Who.COORDINATOR})
_coordinator_or_timer = frozenset({Who.COORDINATOR, Who.TIMER})
_timer = frozenset({Who.TIMER})
_suspendable = frozenset(
    {P.INTEREST, P.CENSUS, P.CONSOLIDATION, P.COMMITMENT, P.FROZEN, P.ANALYSIS, P.AWARD, P.EXECUTION}
)

POOL: Lifecycle[PoolState, Who] = Lifecycle(
    "pool",
    [
        Move("open", frozenset({P.DRAFT}), P.INTEREST, _coordinator),
        Move("launch_census", frozenset({P.DRAFT, P.INTEREST}), P.CENSUS, _coordinator),
        Move("close_census", frozenset({P.CENSUS}), P.CONSOLIDATION, _coordinator_or_timer),
        Move("miss_threshold", frozenset({P.CENSUS}), P.THRESHOLD_MISSED, _coordinator_or_timer),
        Move("extend", frozenset({P.THRESHOLD_MISSED}), P.CENSUS, _coordinator),
        Move("continue", frozenset({P.THRESHOLD_MISSED}), P.CONSOLIDATION, _coordinator),
        Move("go_individual", frozenset({P.THRESHOLD_MISSED}), P.ABANDONED, _coordinator),
        Move("reopen_census", frozenset({P.CONSOLIDATION}), P.CENSUS, _coordinator),
        Move("validate", frozenset({P.CONSOLIDATION}), P.COMMITMENT, _coordinator),
        Move("freeze", frozenset({P.COMMITMENT}), P.FROZEN, _coordinator),
        Move("publish", frozenset({P.FROZEN}), P.CONSULTATION, _coordinator),
        Move("open_offers", frozenset({P.CONSULTATION}), P.ANALYSIS, _timer),
        Move("import_offers", frozenset({P.CONSULTATION}), P.ANALYSIS, _coordinator),
        Move("propose_award", frozenset({P.ANALYSIS}), P.AWARD, _coordinator),
        Move("withdraw_proposal", frozenset({P.AWARD}), P.ANALYSIS, _coordinator),
        Move("notify_award", frozenset({P.AWARD}), P.EXECUTION, frozenset({Who.COORDINATOR_SIGNATORY})),
        Move("complete", frozenset({P.EXECUTION}), P.REVIEW, _timer),
        Move("close", frozenset({P.REVIEW}), P.CLOSED, _coordinator),
        Move("fail", frozenset({P.CONSULTATION, P.ANALYSIS}), P.UNSUCCESSFUL, _coordinator_or_timer),
        Move("give_up", frozenset({P.CONSULTATION, P.ANALYSIS, P.AWARD}), P.NO_AWARD, _coordinator),
        Move("relaunch", frozenset({P.UNSUCCESSFUL, P.NO_AWARD}), P.FROZEN, _coordinator),
        Move("abandon", BEFORE_FREEZE | {P.FROZEN, P.THRESHOLD_MISSED}, P.ABANDONED, _coordinator),
        Move("suspend", _suspendable, P.SUSPENDED, _coordinator),
        *(
            Move(f"resume_{state}", frozenset({P.SUSPENDED}), state, _coordinator)
            for state in sorted(_suspendable)
        ),
    ],
    names=POOL_STATE_NAMES,
    people=WHO_NAMES,
    announces=lambda pool: PoolMoved(pool_id=pool.id, state=pool.state, moved_at=pool.state_since),
)


class MembershipState(StrEnum):
    INVITED = "invited"
    INTERESTED = "interested"
    DECLARED = "declared"
    CONFIRMED = "confirmed"
    DELIBERATED = "deliberated"
    SIGNED = "signed"
    COMMITTED = "committed"
    EXECUTING = "executing"
    SETTLED = "settled"
    DECLINED = "declined"
    SILENT = "silent"
    WITHDRAWN = "withdrawn"
    NOT_COMMITTED = "not_committed"
    EXCLUDED = "excluded"


M = MembershipState

PRESENT = frozenset(
    {M.INTERESTED, M.DECLARED, M.CONFIRMED, M.DELIBERATED, M.SIGNED, M.COMMITTED, M.EXECUTING, M.SETTLED}
)
"""A town that is in."""

COUNTED = PRESENT - {M.INTERESTED}
"""A town whose declared quantities count in the totals."""

MEMBERSHIP_STATE_NAMES = {
    M.INVITED: N_("invitée"),
    M.INTERESTED: N_("intéressée"),
    M.DECLARED: N_("besoin déclaré"),
    M.CONFIRMED: N_("besoin confirmé"),
    M.DELIBERATED: N_("délibération enregistrée"),
    M.SIGNED: N_("convention signée"),
    M.COMMITTED: N_("engagée"),
    M.EXECUTING: N_("en exécution"),
    M.SETTLED: N_("soldée"),
    M.DECLINED: N_("a décliné"),
    M.SILENT: N_("sans réponse"),
    M.WITHDRAWN: N_("retirée"),
    M.NOT_COMMITTED: N_("non engagée"),
    M.EXCLUDED: N_("exclue"),
}

_town = frozenset({Who.TOWN})
_ours = frozenset({Who.COORDINATOR, Who.TIMER})
_before_signature = frozenset({M.INTERESTED, M.DECLARED, M.CONFIRMED, M.DELIBERATED})

MEMBERSHIP: Lifecycle[MembershipState, Who] = Lifecycle(
    "membership",
    [
        Move("show_interest", frozenset({M.INVITED, M.DECLINED, M.SILENT, M.WITHDRAWN}), M.INTERESTED, _town),
        Move("decline", frozenset({M.INVITED}), M.DECLINED, _town),
        Move("declare", frozenset({M.INVITED, M.INTERESTED, M.DECLARED, M.CONFIRMED}), M.DECLARED, _town),
        Move("confirm", frozenset({M.DECLARED}), M.CONFIRMED, _town),
        Move("ask_again", frozenset({M.CONFIRMED}), M.DECLARED, frozenset({Who.COORDINATOR})),
        Move("deliberate", frozenset({M.CONFIRMED}), M.DELIBERATED, _town),
        Move("sign", frozenset({M.DELIBERATED}), M.SIGNED, frozenset({Who.TOWN_SIGNATORY})),
        Move("commit", frozenset({M.SIGNED}), M.COMMITTED, _ours),
        Move("commit_alone", frozenset({M.CONFIRMED, M.DELIBERATED, M.SIGNED}), M.COMMITTED, _ours),
        Move(
            "execute",
            frozenset({M.COMMITTED}),
            M.EXECUTING,
            frozenset({Who.COORDINATOR_SIGNATORY, Who.TIMER}),
        ),
        Move("settle", frozenset({M.EXECUTING}), M.SETTLED, frozenset({Who.TIMER})),
        Move("withdraw", _before_signature, M.WITHDRAWN, _town),
        Move("fall_silent", frozenset({M.INVITED, M.INTERESTED}), M.SILENT, _ours),
        Move("leave_out", frozenset({M.DECLARED, M.CONFIRMED, M.DELIBERATED}), M.NOT_COMMITTED, _ours),
        Move("exclude", _before_signature | {M.INVITED}, M.EXCLUDED, frozenset({Who.COORDINATOR})),
    ],
    names=MEMBERSHIP_STATE_NAMES,
    people=WHO_NAMES,
)
