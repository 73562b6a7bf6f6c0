"""How a line is said: its sentence, what changed, where it leads."""

import re
from typing import Any

from marketplace.journal.queries import Line
from marketplace.journal.sentences import sentence
from marketplace.lifecycle import Lifecycle
from marketplace.web import i18n
from marketplace.words import N_

CHANNELS = {
    "session": N_("site"), "key": N_("clé d’API"), "system": N_("automate"), "anonymous": N_("sans connexion"),
}  # fmt: skip

SUBJECTS = {
    "person": N_("personnes"), "organisation": N_("organisations"), "api_key": N_("clés d’API"),
    "personal_request": N_("données personnelles"), "affiliation": N_("rôles"), "webhook_endpoint": N_("webhooks"), "saved_search": N_("recherches enregistrées"), "webhook_delivery": N_("envois de webhooks"), "session": N_("sessions"), "passkey": N_("clés d’accès"), "team_invitation": N_("invitations"),
    "claim": N_("demandes de compte"), "interest": N_("intérêts déclarés"), "solution": N_("fiches"), "sheet_import": N_("fichiers de fiches"), "revision": N_("révisions de fiches"), "evidence": N_("preuves"), "evidence_request": N_("demandes aux villes"), "need": N_("besoins"), "proposal": N_("propositions d’achat groupé"), "town_assets": N_("patrimoine"), "pool": N_("achats"),
    "membership": N_("participation des villes"), "agreement": N_("conventions"), "consultation": N_("consultations"),
    "invitation": N_("demandes de devis"), "quote": N_("offres"), "order": N_("commandes"), "invoice": N_("factures"),
    "billing_mandate": N_("mandats de facturation"), "mandate_payment": N_("paiements"), "page": N_("pages lues"), "retention": N_("durées de conservation"),
    "file": N_("documents"), "supplier": N_("profils d’entreprises"), "stake": N_("participations au capital"),
    "certificate": N_("documents de candidature"),
    "sourcing": N_("registre de sourcing"),
}  # fmt: skip
"""The plural of each noun, for choosing."""

PLACES = {
    "pool": "/achats/{id}",
    "order": "/commandes/{id}",
    "invoice": "/factures/{id}",
    "sourcing": "/registre/{id}",
}


def said(line: Line) -> str:
    """What was done, in the request's language, without who did it."""
    return i18n.translate(sentence(line.action)).format(action=line.action)


def change(line: Line) -> str:
    """« recensement → consolidation », and the other facts of the line, if any."""
    parts = []
    before, after = (_state(line, values.get("state")) for values in (line.before, line.after))
    if after:
        parts.append(f"{before} → {after}" if before and before != after else after)
    facts = {name: value for name, value in (line.before | line.after).items() if name != "state"}
    parts += [
        _route(str(value)) if name == "route" else f"{name} : {_plain(value)}"
        for name, value in facts.items()
    ]
    return ", ".join(parts)


def place(line: Line) -> str | None:
    """The page about what the line is about."""
    where = PLACES.get(line.subject)
    return where.format(id=line.subject_id) if where and line.subject_id else None


def _state(line: Line, state: object) -> str:
    lifecycle = Lifecycle.by_noun.get(line.subject)
    names = {str(known): name for known, name in lifecycle.names.items()} if lifecycle else {}
    return i18n.translate(names[str(state)]) if str(state) in names else str(state or "")


def _route(template: str) -> str:
    """The address of a page that was read, its parameters left out: the line has the id."""
    return re.sub(r"\{\w*\}", "…", template)


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "–" if value is None else str(value)
