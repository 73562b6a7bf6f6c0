"""What a pool's page says first: its state in one sentence, and the one act that is awaited, from whom."""

from dataclasses import dataclass, field
from typing import Any

from marketplace import clock
from marketplace.actor import Actor
from marketplace.web import i18n
from marketplace.words import N_, NN_
from procurement.pools.lifecycle import PRESENT, M, PoolState
from procurement.pools.models import Membership, Pool
from procurement.pools.queries import PoolView

P = PoolState


@dataclass(frozen=True, slots=True)
class Act:
    """The next act for the asker: what, why, and where its button leads (`post`: a form without question)."""

    title: str
    why: str
    button: str
    to: str
    post: bool = False
    facts: dict[str, Any] = field(default_factory=dict)


HEADLINES = {
    P.DRAFT: N_("Brouillon : ouvrez-le aux villes quand il est prêt"),
    P.CONSULTATION: N_("Les entreprises préparent leurs offres"),
    P.ANALYSIS: N_("Les offres sont ouvertes : comparez-les"),
    P.AWARD: N_("Une attribution est proposée : l’élu signataire la notifie"),
    P.EXECUTION: N_("Marché attribué : chaque ville a sa commande"),
    P.REVIEW: N_("Tout est payé : l’achat peut être clos"),
    P.CLOSED: N_("Achat clos"),
    P.THRESHOLD_MISSED: N_("Le seuil n’est pas atteint : appliquez la règle prévue"),
    P.NO_AWARD: N_("Consultation déclarée sans suite"),
    P.UNSUCCESSFUL: N_("Consultation infructueuse : aucune offre recevable"),
    P.SUSPENDED: N_("Achat suspendu"),
    P.ABANDONED: N_("Achat abandonné"),
}
"""What a pool's title says, by phase."""

COUNTED = {
    P.INTEREST: (
        "members",
        NN_(
            "{members} ville intéressée ; le recensement n’a pas commencé",
            "{members} villes intéressées ; le recensement n’a pas commencé",
        ),
    ),
    P.CENSUS: (
        "declared",
        NN_(
            "{declared} ville sur {members} a déclaré son besoin ; recensement jusqu’au {census_day}",
            "{declared} villes sur {members} ont déclaré leur besoin ; recensement jusqu’au {census_day}",
        ),
    ),
    P.CONSOLIDATION: (
        "confirmed",
        NN_(
            "{confirmed} ville sur {declared} a confirmé ses quantités",
            "{confirmed} villes sur {declared} ont confirmé leurs quantités",
        ),
    ),
    P.COMMITMENT: (
        "signed",
        NN_(
            "{signed} ville sur {declared} a signé la convention",
            "{signed} villes sur {declared} ont signé la convention",
        ),
    ),
    P.FROZEN: (
        "committed",
        NN_(
            "Périmètre figé avec {committed} ville : la consultation peut partir",
            "Périmètre figé avec {committed} villes : la consultation peut partir",
        ),
    ),
}
"""The titles that count towns: what they count, and their two forms."""

_FOLLOW = (
    N_("Décidez de la suite"),
    N_("La règle choisie à l’ouverture s’applique."),
    N_("Voir les suites possibles"),
    "/suite",
)
COORDINATOR_ACTS: dict[tuple[PoolState, str], tuple[str, str, str, str]] = {
    (P.DRAFT, "alone"): (
        N_("Démarrez le recensement"), N_("Vous achetez pour votre seule ville : déclarez ses quantités."),
        N_("Démarrer le recensement"), "/actes/recenser",
    ),
    (P.DRAFT, ""): (
        N_("Ouvrez l’appel à intérêt"), N_("Les villes le verront et pourront se joindre à vous."),
        N_("Ouvrir aux villes"), "/actes/ouvrir",
    ),
    (P.INTEREST, ""): (
        N_("Démarrez le recensement"), N_("Dès que deux villes au moins sont intéressées."),
        N_("Démarrer le recensement"), "/actes/recenser",
    ),
    (P.CENSUS, ""): (
        N_("Closez le recensement"), N_("Sinon, il se clôt seul à la date prévue. Les villes muettes ne comptent pas."),
        N_("Clore le recensement"), "/actes/clore-recensement",
    ),
    (P.CONSOLIDATION, "waiting"): (
        N_("Des villes n’ont pas confirmé"), N_("Sans réponse : {towns}. Relancez-les, ou excluez-les."),
        N_("Voir les villes"), "#villes",
    ),
    (P.CONSOLIDATION, ""): (
        N_("Validez les besoins"), N_("La convention sera rédigée et les conseils pourront délibérer."),
        N_("Valider les besoins"), "/actes/valider",
    ),
    (P.COMMITMENT, "waiting"): (
        N_("La signature de toutes les villes est attendue"),
        N_("Sans signature : {towns}. Vous pouvez figer sans elles : elles sortiront de l’achat."),
        N_("Figer sans elles"), "/actes/figer-sans",
    ),
    (P.COMMITMENT, ""): (
        N_("Figez le périmètre"), N_("Après, plus personne n’entre, ne sort ni ne change ses quantités."),
        N_("Figer le périmètre"), "/actes/figer",
    ),
    (P.FROZEN, ""): (
        N_("Publiez la consultation"), N_("La voie est fixée par la valeur totale : devis ici, ou profil d’acheteur."),
        N_("Préparer la consultation"), "/consultation",
    ),
    (P.CONSULTATION, "buyer_profile"): (
        N_("Publiez le dossier sur votre profil d’acheteur"), N_("Quand les offres y sont ouvertes, importez-les ici."),
        N_("Dossier et import"), "/profil-acheteur",
    ),
    (P.ANALYSIS, ""): (
        N_("Comparez et notez les offres"), N_("Le prix est noté par calcul ; vous notez le reste."),
        N_("Comparer les offres"), "/offres",
    ),
    (P.AWARD, ""): (
        N_("Notifiez l’attribution"), N_("L’élu signataire de la ville coordonnatrice notifie ; les commandes suivent aussitôt."),
        N_("Voir et notifier"), "/offres",
    ),
    (P.REVIEW, ""): (N_("Clôturez l’achat"), N_("Toutes les factures sont payées."), N_("Clore l’achat"), "/actes/clore"),
    (P.THRESHOLD_MISSED, ""): _FOLLOW,
    (P.NO_AWARD, ""): _FOLLOW,
    (P.UNSUCCESSFUL, ""): _FOLLOW,
}  # fmt: skip
"""What the coordinator does next, by phase and variant: title, why, button, and where it leads."""


def headline(view: PoolView) -> str:
    """The sentence of the page's title, in the request's language."""
    states = [m.state for m in view.memberships]
    facts: dict[str, Any] = {
        "members": view.pool.totals.members,
        "declared": view.pool.totals.declared,
        "confirmed": sum(s in {M.CONFIRMED, M.DELIBERATED, M.SIGNED} for s in states),
        "signed": sum(s is M.SIGNED for s in states),
        "committed": sum(s in {M.COMMITTED, M.EXECUTING, M.SETTLED} for s in states),
        "census_day": clock.last_day(view.pool.census_ends_at).strftime("%d/%m/%Y"),
    }
    state = view.pool.state
    if state not in COUNTED:
        return i18n.translate(HEADLINES[state])
    counted, forms = COUNTED[state]
    return i18n.translate_plural(*forms, facts[counted]).format(**facts)


def next_acts(view: PoolView, by: Actor) -> list[Act]:
    """What whoever looks has to do now: their own town's act, then the coordinator's."""
    return [act for act in (_town_act(view), _coordinator_act(view, by)) if act]


def _town_act(view: PoolView) -> Act | None:
    pool, mine = view.pool, view.mine
    here = f"/achats/{pool.id}"
    if mine is None:
        return None
    if "show_interest" in view.my_allowed and pool.state in {P.INTEREST, P.CENSUS}:
        return Act(
            N_("Votre ville est invitée"),
            N_("Montrer votre intérêt ne vous engage pas."),
            N_("Participer"),
            f"{here}/actes/participer",
            post=True,
        )
    if pool.state in {P.INTEREST, P.CENSUS} and mine.state is M.INTERESTED:
        return Act(
            N_("Déclarez votre besoin"),
            N_("Déclarer un besoin n’engage pas la ville : seule la délibération l’engage."),
            N_("Déclarer nos quantités"),
            f"{here}/rejoindre",
        )
    if pool.state is P.CONSOLIDATION and "confirm" in view.my_allowed:
        return Act(
            N_("Confirmez vos quantités"),
            N_("Le recensement est clos. Vous pouvez encore augmenter vos quantités, pas les baisser."),
            N_("Confirmer nos quantités"),
            f"{here}/actes/confirmer",
            post=True,
        )
    if pool.state is P.COMMITMENT and not pool.alone and "deliberate" in view.my_allowed:
        return Act(
            N_("Faites délibérer votre conseil"),
            N_("La convention est prête. Enregistrez le vote quand il est transmis au préfet."),
            N_("Enregistrer la délibération"),
            f"{here}/deliberation",
        )
    if pool.state is P.COMMITMENT and not pool.alone and mine.state is M.DELIBERATED:
        return Act(
            N_("Signez la convention"),
            N_("L’élu signataire enregistre la signature de la ville."),
            N_("Enregistrer la signature"),
            f"{here}/signature",
        )
    return None


def _coordinator_act(view: PoolView, by: Actor) -> Act | None:
    pool = view.pool
    if not by.acts_for(pool.coordinator_id) or not view.allowed:
        return None
    waiting = ", ".join(m.town.name for m in _waiting(view.memberships, pool))
    variant = (
        "alone" if pool.alone and pool.state is P.DRAFT else "waiting" if waiting else pool.channel or ""
    )
    found = COORDINATOR_ACTS.get((pool.state, variant)) or COORDINATOR_ACTS.get((pool.state, ""))
    if found is None:
        return None
    title, why, button, to = found
    return Act(
        title, why, button, f"/achats/{pool.id}{to}", post=to.startswith("/actes/"), facts={"towns": waiting}
    )


def _waiting(memberships: list[Membership], pool: Pool) -> list[Membership]:
    if pool.state is P.CONSOLIDATION:
        return [m for m in memberships if m.state is M.DECLARED]
    if pool.state is P.COMMITMENT and not pool.alone:
        return [m for m in memberships if m.state in PRESENT and m.state is not M.SIGNED]
    return []
