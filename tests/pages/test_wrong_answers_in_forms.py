"""A wrong answer in a form: said at the top with a link to its field, beside the field, and what was typed is kept."""

from collections import defaultdict
from datetime import timedelta

from marketplace.actor import OrganisationKind, Role
from tests.catalog.suppliers.firms import offered, vigilance
from tests.pages.pool_phases import phases
from tests.pages.reader import Page, Reader
from tests.support import story
from tests.support.cited import cited
from tests.support.story import Story
from tests.support.world import SELLER_ROLES, TOWN_ROLES, World

Case = tuple[str, str, str, dict[str, str], set[str]]
"""Who, on which page, sends which form, with what, and the fields that are wrong."""

SHEET: list[tuple[str, dict[str, str], set[str]]] = [
    ("identity", {"name": "", "website": "pas une adresse", "since": "hier", "cpv_more": "lampes", "tags": "<b>"}, {"name", "website", "since"}),
    ("identity", {"cpv_more": "lampes", "tags": "led, <b>", "since": "2198-01-01"}, {"cpv_more", "tags"}),
    ("identity", {"since": "2198-01-01"}, {"since"}),
    ("need", {"problem": "<b>", "deployment_weeks_min": "bientôt"}, {"problem", "deployment_weeks_min"}),
    ("need", {"deployment_weeks_min": "9", "deployment_weeks_max": "2"}, {"deployment_weeks_max"}),
    ("prices", {"prices-0-steps-0-price": "cher", "prices-0-vat_rate": "vingt"}, {"prices-0-label", "prices-0-steps-0-price", "prices-0-vat_rate"}),
    ("prices", {"prices-0-label": "Module", "prices-0-steps-0-from": "5", "prices-0-steps-0-to": "9", "prices-0-steps-0-price": "10",
                "prices-0-steps-1-from": "12", "prices-0-steps-1-price": "8"}, {"prices-0-steps-0-from", "prices-0-steps-0-to"}),
    ("prices", {"prices-0-label": "Module"}, {"prices-0-steps-0-price"}),
    ("hosting", {"hosting_operator": "<b>", "certifications": "aucune idée"}, {"hosting_operator", "certifications"}),
    ("data", {"subprocessors-0-name": "Un routeur", "data_reuse": "<b>"}, {"subprocessors-0-country", "subprocessors-0-purpose", "data_reuse"}),
    ("interoperability", {"api_documentation": "pas une adresse", "connectors": "<b>"}, {"api_documentation", "connectors"}),
    ("exit", {"exit_days": "9999"}, {"exit_days"}),
    ("exit", {"exit_days": "bientôt"}, {"exit_days"}),
    ("accessibility", {"rgaa_rate": "120", "accessibility_statement": ""}, {"rgaa_rate"}),
    ("accessibility", {"rgaa_audited_on": "2198-01-01"}, {"rgaa_audited_on"}),
    ("security", {"availability": "beaucoup", "log_months": "x"}, {"availability", "log_months"}),
    ("energy", {"energy_saving": "40"}, {"energy_method"}),
    ("references/nouvelle", {"town": "", "started_on": "hier", "quantity": "x", "contact_name": "<b>"}, {"town", "started_on", "quantity", "scope", "contact_name"}),
    ("references/nouvelle", {"town": "Nulle-Part-sur-Mer-du-Tout", "started_on": "2024-01-01", "scope": "S"}, {"town"}),
    ("references/nouvelle",
     {"town": "18033", "started_on": "2024-02-01", "ended_on": "2024-01-01", "scope": "S", "quantity": "3", "contact_email": "ada"},
     {"contact_email"}),
    ("references/nouvelle", {"town": "18033", "started_on": "2024-02-01", "ended_on": "2024-01-01", "scope": "S", "quantity": "3"}, {"ended_on", "unit"}),
    ("references/nouvelle", {"town": "18033", "started_on": "2024-02-01", "scope": "S", "indicators-0-name": "Panne", "indicators-0-after": "x"},
     {"indicators-0-unit", "indicators-0-after", "indicators-0-method"}),
]  # fmt: skip
"""The steps of a sheet, filled wrongly."""
ACTS = "select count(*) from audit_line where action not like '%.read'"
"""What was done; that staff read the form is no act of it."""


PROFILE, FOLDER = "/espace-entreprise/profil", "/espace-entreprise/candidature"


def during(phase: str, told: Story, at: dict[str, str]) -> list[Case]:
    """The forms that a phase shows, filled wrongly. `at` holds the ids and addresses known by then."""
    pool, sheet = told.path.replace("/pools", "/achats"), f"/espace-entreprise/fiches/{at['draft']}"
    agent, town, seller = "agent", "member", "seller"
    return {
        "draft": [
            (agent, "/besoins/nouveau", "/besoins/nouveau", {"besoin": " ", "domaine": "lampes", "quantite": "douze"}, {"besoin", "domaine", "quantite"}),
            (agent, "/registre/nouveau?q=telegestion", "/registre/nouveau", {"title": " ", "note": "<b>"}, {"title", "note"}),
            (agent, f"/achats/nouveau?besoin={at['need']}", f"/achats/nouveau/{at['need']}",
             {"title": "", "label": "Lampe", "nature": "supplies", "census_ends_on": "hier", "commitment_ends_on": "31/02/2027", "estimate": "12,345"},
             {"title", "census_ends_on", "commitment_ends_on", "estimate"}),
            (agent, pool, f"{pool}/invitations", {"towns": "Nulle-Part-sur-Mer\n99999"}, {"towns"}),
            (agent, f"{pool}/suite", f"{pool}/suite/abandonner", {"reason": ""}, {"reason"}),
            (agent, "/organisation/patrimoine", "/organisation/patrimoine", {"building": "douze", "km": "-3", "km_annee": "hier"}, {"building", "km", "km_annee"}),
            (agent, "/organisation/patrimoine", "/organisation/patrimoine", {"building": "3"}, {"building_annee"}),
            (agent, "/organisation/patrimoine", "/organisation/patrimoine",
             {"building": "3,5", "building_annee": "2024", "km": "12,25", "km_annee": "1950"}, {"building", "km", "km_annee"}),
            (agent, "/organisation/cles", "/organisation/cles", {"name": ""}, {"name"}),
            (agent, "/organisation/equipe", "/organisation/equipe/invitations", {"email": "ada"}, {"email", "roles"}),
            ("visitor", "/inscription", "/inscription", {"person_name": " ", "siret": ""}, {"person_name", "email", "siret"}),
            ("visitor", "/inscription", "/inscription", {"person_name": "Ada", "email": "ada", "siret": "211 802 798 00011"}, {"email", "siret"}),
            ("visitor", "/inscription", "/inscription", {"person_name": "Ada", "email": "ada@exemple.test", "siret": "000 000 018 00010"}, {"name", "town_kind"}),
            (agent, "/compte/recherches/nouvelle?q=lampes", "/compte/recherches", {"name": " ", "alert": "hourly"}, {"name", "alert"}),
            (agent, "/demo/horloge", "/demo/horloge", {"days": "demain"}, {"days"}),
            ("visitor", "/connexion", "/connexion", {"email": "personne@exemple.test", "password": "x"}, {"email"}),
            (seller, "/espace-entreprise/fiches/nouvelle", "/espace-entreprise/fiches/nouvelle", {"name": " ", "domains": "lampes"}, {"name", "domains"}),
            *((seller, f"{sheet}/{step}", f"{sheet}/{step}", typed, wrong) for step, typed, wrong in SHEET),
            (seller, f"{sheet}/attachments", f"{sheet}/pieces", {"title": "", "alt": "<b>"}, {"title", "alt", "file"}),
            ("curator", f"/relecture/{at['submitted']}", f"/relecture/{at['submitted']}/renvoi", {"reason": ""}, {"reason"}),
            (seller, "/espace-entreprise/fiches/import", "/espace-entreprise/fiches/import", {}, {"file"}),
            ("curator", "/relecture/import", "/relecture/import", {}, {"file"}),
            (seller, f"{PROFILE}/identite", f"{PROFILE}/siret", {"siret": "12"}, {"siret"}),
            (seller, f"{PROFILE}/identite", f"{PROFILE}/identite",
             {"founded_on": "2999-01-01", "turnover": "12,345", "postal_code": "18", "website": "pas une adresse", "presentation": "<b>Nous</b>", "vat_number": "FR 1"},
             {"founded_on", "turnover", "postal_code", "website", "presentation", "vat_number"}),
            (seller, f"{PROFILE}/identite", f"{PROFILE}/identite", {"founded_on": "2100-01-01", "turnover": "1 000"}, {"founded_on", "turnover_year"}),
            (seller, f"{PROFILE}/contacts", f"{PROFILE}/contacts", {"sales_name": "Ada", "technical_email": "ada@exemple.test"}, {"sales_email", "technical_name"}),
            (seller, f"{PROFILE}/contacts", f"{PROFILE}/contacts", {"sales_name": "Ada", "sales_email": "ada", "sales_phone": "douze"}, {"sales_email", "sales_phone"}),
            (seller, f"{PROFILE}/banque", f"{PROFILE}/banque", {"holder": "", "iban": "FR76 1234", "bic": "X"}, {"holder", "iban", "bic"}),
            (seller, f"{PROFILE}/capacite", f"{PROFILE}/capacite",
             {"towns_at_once": "douze", "regions": "!", "departments": "18, Cher"}, {"towns_at_once", "regions"}),
            (seller, f"{PROFILE}/capacite", f"{PROFILE}/capacite", {"towns_at_once": "3", "towns_served": "4", "departments": "18, 00"},
             {"towns_served", "departments"}),
            (seller, f"{PROFILE}/capital", f"{PROFILE}/capital", {"holder": "", "kind": "", "percent": "cent", "since": "hier"}, {"holder", "kind", "percent", "since"}),
            (seller, f"{PROFILE}/capital", f"{PROFILE}/capital",
             {"holder": "Banque", "kind": "bdt", "percent": "12,5", "since": "2100-01-01", "source": ""}, {"since", "source"}),
            (seller, f"{PROFILE}/capital/{at['stake']}", f"{PROFILE}/capital/{at['stake']}", {"percent": "101"}, {"percent"}),
            (seller, f"{FOLDER}/ajouter", f"{FOLDER}/ajouter", {"kind": "", "issuer": "", "issued_on": "31/02/2026", "amount": "cher"}, {"kind", "issuer", "issued_on", "amount"}),
            (seller, f"{FOLDER}/ajouter", f"{FOLDER}/ajouter", {"kind": "liability", "issuer": "A", "issued_on": "2026-01-01"}, {"expires_on", "number", "amount", "file"}),
            ("curator", f"/relecture/certificats/{at['certificate']}", f"/relecture/certificats/{at['certificate']}/refus", {"reason": ""}, {"reason"}),
            ("curator", f"/relecture/entreprises/{at['startup']}/capital", f"/relecture/entreprises/{at['startup']}/capital",
             {"holder": "Fonds", "kind": "company", "percent": "1", "since": "2020-01-01"}, {"source"}),
            ("curator", f"/relecture/entreprises/{at['startup']}/capital/{at['stake']}", f"/relecture/entreprises/{at['startup']}/capital/{at['stake']}",
             {"until": "2019-01-01"}, {"until"}),
            ("curator", f"/relecture/{at['submitted']}", f"/relecture/{at['submitted']}/publication", {"motive": ""}, {"checklist-identity", "fields"}),
            ("curator", f"/relecture/{at['submitted']}", f"/relecture/{at['submitted']}/controle", {"answers-0-answer": "no"}, {"answers-0-note"}),
            ("curator", f"/relecture/{at['submitted']}", f"/relecture/{at['submitted']}/archivage", {"cause": ""}, {"cause"}),
            (seller, f"{at['proofs']}/answers.rgaa_rate", f"{at['proofs']}/answers.rgaa_rate/document", {"title": "", "dated_on": "hier", "expires_on": "x"},
             {"title", "dated_on", "expires_on", "file"}),
            (seller, f"{at['proofs']}/references.{at['unasked']}", f"{at['proofs']}/references.{at['unasked']}/demande", {"email": "ada"}, {"email"}),
            ("visitor", at["link"], at["link"], {"answer": "corrected", "said": " ", "name": "", "role": ""}, {"said", "name", "role"}),
            ("visitor", at["link"], at["link"], {"name": "Ada"}, {"answer"}),
            ("curator", "/relecture/preuves", f"/relecture/preuves/{at['evidence']}/refus", {"reason": ""}, {"reason"}),
            (seller, "/espace-entreprise/mandat", "/espace-entreprise/mandat", {"prefix": "?!", "agreed": "on"}, {"prefix"}),
            (seller, "/espace-entreprise/mandat", "/espace-entreprise/mandat", {"prefix": "QS"}, {"agreed"}),
        ],
        "census": [
            (agent, pool, f"{pool}/villes/{at['membership']}/exclusion", {"reason": ""}, {"reason"}),
            (town, f"{pool}/rejoindre", f"{pool}/rejoindre", {"needs-0-firm": "-3", "needs-0-tolerance": "x", "needs-0-cap": "cher"},
             {"needs-0-firm", "needs-0-tolerance", "needs-0-cap"}),
            (town, f"{pool}/rejoindre", f"{pool}/rejoindre", {"needs-0-firm": "3,5", "needs-0-maximum": ""}, {"needs-0-firm"}),
            (town, f"{pool}/suite", f"{pool}/suite/se-retirer", {"reason": ""}, {"reason"}),
        ],
        "commitment": [
            (town, f"{pool}/deliberation", f"{pool}/deliberation", {"number": "", "voted_on": "2999-01-01", "transmitted_on": "x"}, {"number", "transmitted_on"}),
            (town, f"{pool}/signature", f"{pool}/signature", {"signatory_name": "", "signatory_title": "", "signed_on": "x"},
             {"signatory_name", "signatory_title", "signed_on"}),
        ],
        "frozen": [
            (agent, f"{pool}/consultation", f"{pool}/consultation", {"quotes_due_on": "", "criteria-1-weight": "lourd", "criteria-2-label": ""},
             {"quotes_due_on", "criteria-1-weight", "criteria-2-label"}),
            (agent, f"{pool}/consultation", f"{pool}/consultation", {"quotes_due_on": at["soon"], "criteria-1-weight": "90"}, {"criteria"}),
        ],
        "consultation": [
            (seller, at["consultation"], f"{at['consultation']}/offre",
             {"steps-0-price": "cher", "delivery_weeks": "0", "quality": "", "environment": "E", "lines-0-pack": "x"},
             {"steps-0-price", "delivery_weeks", "quality", "lines-0-pack"}),
            (seller, at["consultation"], f"{at['consultation']}/offre",
             {"steps-0-price": "10", "steps-0-to": "5", "steps-1-from": "9", "steps-1-price": "8", "delivery_weeks": "3", "quality": "Q", "environment": "E"},
             {"steps-0-to"}),
            (seller, at["consultation"], f"{at['consultation']}/refus", {"reason": ""}, {"reason"}),
        ],
        "analysis": [
            (agent, f"{pool}/offres", f"{pool}/notes", {at["score"]: "beaucoup"}, {at["score"]}),
            (agent, f"{pool}/offres", f"{pool}/notes", {at["score"]: "99"}, {at["score"]}),
            (agent, f"{pool}/suite", f"{pool}/suite/sans-suite", {"reason": ""}, {"reason"}),
        ],
        "scored": [(agent, f"{pool}/offres", f"{pool}/attribution", {"reasons": ""}, {"reasons"})],
        "execution": [(agent, at["order"], f"{at['order']}/emission", {"engagement": ""}, {"engagement"})],
        "delivered": [(agent, at["order"], f"{at['order']}/refus", {"reason": ""}, {"reason"})],
        "accepted": [
            (seller, f"{at['order']}/facture", f"{at['order']}/facture", {"number": "", "issued_on": "x", "ht": "1", "vat": "deux", "ttc": "3"},
             {"number", "issued_on", "vat"}),
            (seller, f"{at['order']}/facture", f"{at['order']}/facture", {"number": "F-1", "issued_on": "2026-11-24", "ht": "1", "vat": "2", "ttc": "3"},
             {"ht", "vat", "ttc"}),
        ],
        "invoiced": [(agent, at["invoice"], f"{at['invoice']}/mandat", {"number": "", "paid_on": "x", "amount": "12,345"}, {"number", "paid_on", "amount"})],
        "paid": [(seller, at["invoice"], f"{at['invoice']}/contestation", {"reason": ""}, {"reason"})],
    }.get(phase, [])  # fmt: skip


async def _places(world: World, told: Story, agent: Reader) -> dict[str, str]:
    """What the cases name, as far as the pool has come."""
    found: dict[str, str] = defaultdict(str)
    rows = {
        "need": "select id from need", "draft": "select solution_id from solution_revision where state = 'draft'",
        "submitted": "select solution_id from solution_revision where state = 'submitted'", "consultation": "select '/consultations/' || id from consultation",
        "membership": "select m.id from membership m join organisation o on o.id = m.town_id where o.insee = '18197'",
        "order": "select '/commandes/' || id from purchase_order where state <> 'prepared' or town_id = (select coordinator_id from pool) order by state = 'prepared'",
        "invoice": "select '/factures/' || id from invoice", "stake": "select id from stake", "certificate": "select id from certificate",
        "startup": "select startup_id from stake",
    }  # fmt: skip
    found["soon"] = str(await world.today() + timedelta(days=20))
    for name, statement in rows.items():
        found[name] = str(await world.sql(statement + " limit 1"))
    if told.pool["state"] == "analysis":
        offers = await agent.reads(told.path.replace("/pools", "/achats") + "/offres")
        found["score"] = next(
            name for asked in offers.all("input") if (name := asked.get("name", "")).startswith("score_")
        )
    return found


def _unsaid(page: Page, typed: dict[str, str], wrong: set[str]) -> list[str]:
    """What the page should have said or kept, and did not."""
    found = []
    summary = next(
        (e for e in page.root.iter() if e.get("class") == "summary" and e.get("role") == "alert"), None
    )
    linked = {link.get("href") for link in summary.iter("a")} if summary is not None else set()
    title = "".join(next(page.all("title")).itertext())
    if not title.startswith("Erreur"):
        found.append(f"title: {title!r}")
    ids = {element.get("id"): element for element in page.root.iter() if element.get("id")}
    for name in wrong:
        if f"#champ-{name}" not in linked:
            found.append(f"{name} is not linked from the summary, which has {sorted(map(str, linked))}")
            continue
        field = ids[f"champ-{name}"]
        said = [ids[one] for one in (field.get("aria-describedby") or "").split()]
        errors = [one for one in said if one.get("class") == "error"] or [
            inner for inner in field.iter() if inner.get("class") == "error"
        ]
        if not errors:
            found.append(f"{name} has no error beside it")
    for name, value in typed.items():
        kept = [e for e in page.all("input", "textarea", "select") if e.get("name") == name]
        if not kept or kept[0].get("type") in {"password", "checkbox", "radio"} or kept[0].tag == "select":
            continue
        shown = "".join(kept[0].itertext()) if kept[0].tag == "textarea" else kept[0].get("value")
        if shown not in {value, value.strip()}:
            found.append(f"{name} was {value!r} and is now {shown!r}")
    return found


async def test_every_form_says_what_is_wrong_where_it_is_keeps_what_was_typed_and_changes_nothing(
    world: World,
) -> None:
    found: list[str] = []
    readers: dict[str, Reader] = {}
    async for phase, told in phases(world):
        if not readers:
            readers = await _cast(world, told)
            proven = await cited(world, told.sellers[0], story.DOMAIN)
        await told.fresh()
        at = await _places(world, told, readers["agent"])
        at |= {name: getattr(proven, name) for name in ("proofs", "unasked", "link", "evidence")}
        traces = await world.sql(ACTS)
        for who, path, action, typed, wrong in during(phase, told, at):
            reader = readers[who]
            where = f"[{phase}] {who} {action} {sorted(wrong)}"
            asked = await reader.reads(path)
            if action not in {form.get("action") for form in asked.all("form")}:
                found.append(f"{where}: no such form on {path}")
                continue
            answer = await reader.sends(asked, action, **typed)
            if answer.status_code != 422:
                found.append(f"{where}: {answer.status_code}")
                continue
            page = Page.of(path, answer)
            found += [f"{where}: {fault}" for fault in (*_unsaid(page, typed, wrong), *page.faults())]
        assert await world.sql(ACTS) == traces, phase
    assert not found, f"{len(found)} faults\n" + "\n".join(found)


async def _cast(world: World, told: Story) -> dict[str, Reader]:
    content = {
        "name": "Lanterne",
        "summary": "S",
        "description": "D",
        "domains": [story.DOMAIN],
        "maturity": "growth",
    }
    drafts = [await told.sellers[0].did("/my/solutions", content) for _ in range(2)]
    await told.sellers[0].did(f"/my/solutions/{drafts[0]['id']}/submission")
    share = {"holder": "Ada", "kind": "founders", "percent": "60", "since": "2020-01-01"}
    await told.sellers[0].did("/my/supplier/stakes", share)
    await offered(told.sellers[0], vigilance(await world.today()))
    association = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    await world.town("18205")
    return {
        "visitor": await Reader.arrive(world, "visitor"),
        "agent": await Reader.arrive(world, "agent", told.towns[0].organisation, TOWN_ROLES),
        "member": await Reader.arrive(world, "member", told.towns[1].organisation, TOWN_ROLES),
        "seller": await Reader.arrive(world, "seller", told.sellers[0].organisation, SELLER_ROLES),
        "curator": await Reader.arrive(world, "curator", association.organisation, frozenset({Role.CURATOR})),
    }
