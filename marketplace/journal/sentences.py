"""Every sentence of the journal, by action. « Who » stands before: each begins with a verb in the past."""

from marketplace.words import N_

SENTENCES: dict[str, str] = {
    # accounts
    "organisation.register": N_("a inscrit une organisation"),
    "person.register": N_("a ouvert un compte à une personne"),
    "person.sign_in": N_("a ouvert une session"),
    "api_key.create": N_("a créé une clé d’API"),
    "api_key.revoke": N_("a révoqué une clé d’API"),
    # personal data
    "personal_request.ask_export": N_("a demandé la copie de ses données personnelles"),
    "personal_request.download": N_("a téléchargé la copie de ses données personnelles"),
    "personal_request.ask_erasure": N_("a demandé l’effacement d’une personne"),
    "personal_request.confirm_erasure": N_("a confirmé l’effacement d’une personne"),
    "personal_request.refuse": N_("a écarté une demande d’effacement"),
    "personal_request.erase": N_("a effacé une personne"),
    "retention.purge": N_("a supprimé ce qui était arrivé à son terme"),
    # the directory
    "solution.draft": N_("a commencé une fiche"),
    "solution.edit": N_("a modifié une fiche"),
    "solution.import": N_("a importé une fiche"),
    "solution.submit": N_("a envoyé une fiche en relecture"),
    "solution.request_changes": N_("a renvoyé une fiche à son entreprise"),
    "solution.publish": N_("a publié une fiche"),
    "solution.suspend": N_("a retiré une fiche de l’annuaire"),
    "solution.reinstate": N_("a remis une fiche dans l’annuaire"),
    "solution.archive": N_("a archivé une fiche"),
    # needs and pools
    "need.state": N_("a décrit un besoin"),
    "pool.draft": N_("a préparé un achat"),
    "pool.open": N_("a ouvert un achat aux autres villes"),
    "pool.launch_census": N_("a lancé le recensement"),
    "pool.close_census": N_("a clos le recensement"),
    "pool.miss_threshold": N_("a constaté que le seuil n’est pas atteint"),
    "pool.extend": N_("a prolongé le recensement"),
    "pool.continue": N_("a continué sans atteindre le seuil"),
    "pool.go_individual": N_("a rendu chaque ville à son achat"),
    "pool.reopen_census": N_("a rouvert le recensement"),
    "pool.validate": N_("a validé les quantités"),
    "pool.freeze": N_("a figé le périmètre de l’achat"),
    "pool.publish": N_("a publié la consultation de l’achat"),
    "pool.open_offers": N_("a ouvert les offres de l’achat"),
    "pool.import_offers": N_("a importé les offres du profil d’acheteur"),
    "pool.propose_award": N_("a proposé l’attribution"),
    "pool.withdraw_proposal": N_("a retiré la proposition d’attribution"),
    "pool.notify_award": N_("a notifié l’attribution"),
    "pool.complete": N_("a constaté la fin de l’exécution"),
    "pool.close": N_("a clos un achat"),
    "pool.fail": N_("a déclaré la consultation infructueuse"),
    "pool.give_up": N_("a renoncé à attribuer"),
    "pool.relaunch": N_("a relancé la consultation"),
    "pool.abandon": N_("a abandonné un achat"),
    "pool.suspend": N_("a suspendu un achat"),
    "pool.resume": N_("a repris un achat suspendu"),
    "membership.invite": N_("a invité une ville"),
    "membership.join": N_("a rejoint un achat"),
    "membership.show_interest": N_("a marqué son intérêt pour un achat"),
    "membership.decline": N_("a décliné une invitation à un achat"),
    "membership.declare": N_("a déclaré ses quantités"),
    "membership.confirm": N_("a confirmé ses quantités"),
    "membership.ask_again": N_("a redemandé ses quantités à une ville"),
    "membership.deliberate": N_("a enregistré la délibération"),
    "membership.sign": N_("a enregistré la signature de la convention"),
    "membership.commit": N_("a engagé une ville"),
    "membership.commit_alone": N_("a engagé la ville, seule acheteuse"),
    "membership.execute": N_("a ouvert l’exécution pour une ville"),
    "membership.settle": N_("a soldé la part d’une ville"),
    "membership.withdraw": N_("a quitté un achat"),
    "membership.fall_silent": N_("a constaté le silence d’une ville"),
    "membership.leave_out": N_("a laissé de côté une ville non engagée"),
    "membership.exclude": N_("a exclu une ville"),
    # agreements
    "agreement.generate": N_("a rédigé la convention"),
    "agreement.sign": N_("a signé la convention"),
    # consultations and offers
    "consultation.keys": N_("a créé les clés d’une consultation"),
    "consultation.unseal": N_("a ouvert les offres scellées"),
    "consultation.import": N_("a importé les offres ouvertes sur le profil d’acheteur"),
    "consultation.decide": N_("a décidé de l’issue d’une consultation"),
    "consultation.cancel": N_("a annulé une consultation"),
    "invitation.decline": N_("a décliné une demande de devis"),
    "quote.deposit": N_("a déposé une offre scellée"),
    "quote.replace": N_("a remplacé son offre scellée"),
    "quote.withdraw": N_("a retiré son offre"),
    "quote.unseal": N_("a ouvert une offre"),
    "quote.give_up": N_("a constaté qu’une offre est illisible"),
    "quote.retain": N_("a retenu une offre"),
    "quote.reject": N_("a écarté une offre"),
    "evaluation.score": N_("a noté les offres"),
    # orders and money
    "order.prepare": N_("a préparé une commande"),
    "order.issue": N_("a émis une commande"),
    "order.deliver": N_("a déclaré une livraison"),
    "order.refuse": N_("a refusé une livraison"),
    "order.accept": N_("a constaté le service fait"),
    "order.invoice": N_("a facturé une commande"),
    "order.pay": N_("a soldé une commande"),
    "billing_mandate.give": N_("a donné mandat de facturation"),
    "billing_mandate.revoke": N_("a révoqué le mandat de facturation"),
    "invoice.issue": N_("a émis une facture"),
    "invoice.mandate": N_("a mandaté une facture"),
    "invoice.dispute": N_("a contesté un paiement de facture"),
    "invoice.confirm": N_("a confirmé le paiement d’une facture"),
    "payment.dispute": N_("a contesté un paiement"),
    # what staff read
    "page.read": N_("a lu une page"),
    "pool.read": N_("a lu un achat"),
    "solution.read": N_("a lu une fiche"),
    "order.read": N_("a lu une commande"),
    "invoice.read": N_("a lu une facture"),
    "consultation.read": N_("a lu une consultation"),
    "file.read": N_("a lu un document"),
    "need.read": N_("a lu un besoin"),
    "request.read": N_("a lu une demande d’effacement"),
}

STATE_PREFIXES = ("pool.resume_",)
"""Actions that name the state they go back to, under one sentence."""

FALLBACK = N_("a fait : {action}")
"""For an action of a version to come, or gone."""


def sentence(action: str) -> str:
    """The sentence of `action`, as a msgid. Unknown actions have `FALLBACK`, to be filled with the action itself."""
    for prefix in STATE_PREFIXES:
        if action.startswith(prefix):
            action = prefix.rstrip("_")
    return SENTENCES.get(action, FALLBACK)
