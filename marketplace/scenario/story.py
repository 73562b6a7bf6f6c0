"""The story, step by step: what each person asks of the API, in order."""

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from marketplace.clock import PARIS
from marketplace.demo import people
from marketplace.scenario.cast import DOMAIN, PASSWORD, Cast
from marketplace.scenario.checks import checks
from marketplace.scenario.client import Client, StepFailed

UNIT = "light_point"
NEED = "Piloter à distance l’éclairage public et réduire la facture d’électricité"
INHABITANTS_A_POINT = 900
"""How many inhabitants one light point of this first purchase stands for: a first batch, not the whole town."""


class Story:
    """The people, and what they do in turn."""

    def __init__(self, base_url: str, cast: Cast, say: Callable[[str], None]) -> None:
        self.base_url, self.cast, self.say = base_url, cast, say
        self._clients: list[Client] = []
        self.agent = self.client("agente coordinatrice").sign_in("agent.0@scenario.demo", PASSWORD)
        self.second = self.client("agent de la deuxième ville")
        if len(cast.towns) > 1:
            self.second.sign_in("agent.1@scenario.demo", PASSWORD)
        self.startup = self.client("entreprise").sign_in("vente@quinquet.demo", PASSWORD)
        self.supervisor = self.client("suivi national").sign_in("suivi@bdt.demo", PASSWORD)
        self.clock = self.client("horloge")

    def close(self) -> None:
        """Everybody hangs up."""
        for client in self._clients:
            client.close()

    def play(self, *, sheets: int) -> dict[str, Any]:
        """Everything, in order."""
        shown = self.find_a_solution(sheets)
        pool = self.open_the_pool()
        self.everybody_declares(pool)
        self.commit(pool)
        consultation = self.ask_for_offers(pool)
        self.choose(pool)
        orders = self.fulfil(pool)
        return self.report(pool, consultation, orders, shown)

    def find_a_solution(self, sheets: int) -> list[str]:
        """The agent looks for what exists, as any visitor may, once the worker has put all `sheets` in the index."""
        self.say("Une ville décrit son besoin et cherche des solutions")
        self.wait(
            lambda: self.agent.get("/solutions", per_page=1)["total"],
            until=lambda total: bool(total >= sheets),
        )
        found = self.agent.get("/solutions", q=NEED, per_page=5)
        if not found["items"]:
            raise StepFailed("la recherche ne trouve aucune solution")
        return [item["slug"] for item in found["items"]]

    def open_the_pool(self) -> dict[str, Any]:
        """From the need to the census, with the other towns invited."""
        today = self.today()
        alone = len(self.cast.towns) == 1
        need = self.agent.post(
            "/needs", {"text": NEED, "domain": DOMAIN, "unit": UNIT, "quantity": "40", "years": 1}
        )
        opened = self.agent.post(
            "/pools",
            {
                "need_id": need["id"],
                "title": "Télégestion de l’éclairage public",
                "nature": "supplies",
                "alone": alone,
                "census_ends_on": str(today + timedelta(days=20)),
                "commitment_ends_on": str(today + timedelta(days=80)),
                "lines": [{"label": "Point lumineux équipé", "unit": UNIT, "vat_rate": "20.0"}],
            },
        )
        path = f"/pools/{opened['id']}"
        if not alone:
            self.agent.post(f"{path}/interest-call")
            self.say(f"{len(self.cast.towns) - 1} villes sont invitées et répondent")
            self.agent.post(f"{path}/invitations", {"towns": [town.code for town in self.cast.towns[1:]]})
            for i in range(1, len(self.cast.towns)):
                self.town(i).post(f"{path}/membership")
        self.agent.post(f"{path}/census")
        found: dict[str, Any] = self.agent.get(path)
        return found

    def everybody_declares(self, pool: dict[str, Any]) -> None:
        """Each town its quantities; the timer closes the census; each town confirms."""
        self.say("Chaque ville déclare ses quantités")
        path, line = f"/pools/{pool['id']}", pool["lines"][0]["id"]
        for i, town in enumerate(self.cast.towns):
            firm = max(2, (town.population or 0) // INHABITANTS_A_POINT)
            need = {
                "line_id": line,
                "firm": str(firm),
                "tolerance": str(firm // 10),
                "price_cap_cents": 40000,
            }
            self.town(i).put(f"{path}/membership/needs", {"needs": [need]})
        self.advance(21)
        self.wait_for(path, "consolidation")
        for i in range(len(self.cast.towns)):
            self.town(i).post(f"{path}/membership/confirmation")

    def commit(self, pool: dict[str, Any]) -> None:
        """The agreement is written, deliberated, signed; the perimeter is frozen."""
        path = f"/pools/{pool['id']}"
        self.agent.post(f"{path}/commitment")
        if not pool["alone"]:
            self.say("La convention est rédigée ; chaque conseil délibère, chaque ville signe")
            agreement = self.wait(lambda: self.agent.get(f"{path}/agreement"))
            if not self.agent.download(f"/files/{agreement['file_id']}").startswith(b"%PDF-"):
                raise StepFailed("la convention n’est pas un PDF")
            self.advance(30)
            today = self.today()
            for i in range(len(self.cast.towns)):
                vote = {
                    "number": f"2026-{i + 1:03d}",
                    "voted_on": str(today - timedelta(days=5)),
                    "transmitted_on": str(today - timedelta(days=2)),
                }
                self.town(i).post(f"{path}/membership/deliberation", vote)
                signature = {
                    "sha256": agreement["sha256"], "signatory_name": "Signataire de démonstration",
                    "signatory_title": "Maire ou adjoint délégué", "signed_on": str(today),
                }  # fmt: skip
                self.key(self.cast.signatory_keys[i], "signataire").post(
                    f"{path}/membership/signature", signature
                )
        self.agent.post(f"{path}/freeze")

    def ask_for_offers(self, pool: dict[str, Any]) -> dict[str, Any]:
        """By the channel that the total dictates."""
        path = f"/pools/{pool['id']}"
        consultation: dict[str, Any] = self.agent.post(
            f"{path}/consultation", {"quotes_due_on": str(self.today() + timedelta(days=21))}
        )
        if consultation["channel"] == "quotes":
            self.say("Les entreprises déposent des devis scellés ; l’horloge les ouvre ensemble")
            self.quote_here(consultation)
        else:
            self.say("Le total passe par le profil d’acheteur : dossier exporté, offres importées")
            if not self.agent.download(f"{path}/consultation/pack").startswith(b"PK"):
                raise StepFailed("le dossier d’export n’est pas un ZIP")
            offers = [
                {"supplier_name": slug, "supplier_siren": self.siren(slug), "offer": offer}
                for slug, offer in self.offers(consultation)
            ]
            self.agent.post(f"{path}/offers", {"profile_reference": "AO-2026-001", "offers": offers})
        self.wait_for(path, "analysis")
        return consultation

    def choose(self, pool: dict[str, Any]) -> None:
        """Compare, score, propose; the elected signatory notifies."""
        path = f"/pools/{pool['id']}"
        expected = len(self.cast.sellers)
        compared = self.wait(
            lambda: self.agent.get(f"{path}/comparison"), until=lambda c: len(c["offers"]) == expected
        )
        points = {"quality": "20", "environment": "11"}
        scores = {offer["quote_id"]: points for offer in compared["offers"]}
        self.agent.put(f"{path}/evaluation", {"scores": scores}, version=compared["evaluation_version"])
        self.say("Les offres sont comparées, l’attribution est proposée puis notifiée")
        self.agent.post(f"{path}/award", {"reasons": "Offre classée première selon les critères publiés."})
        self.key(self.cast.signatory_keys[0], "élue coordinatrice").post(f"{path}/award/notification")

    def fulfil(self, pool: dict[str, Any]) -> list[dict[str, Any]]:
        """Every order issued, delivered, accepted, invoiced and paid."""
        path = f"/pools/{pool['id']}"
        coordinator = self.agent
        orders = self.wait(
            lambda: coordinator.get(f"{path}/orders"), until=lambda o: len(o) == len(self.cast.towns)
        )
        award = self.agent.get(f"{path}/award")
        seller = self.winner(award["supplier_name"])
        seller.post("/billing-mandate", {"prefix": "SCENARIO"})
        self.say("Chaque ville émet sa commande, reçoit, certifie, paie ; l’entreprise confirme")
        by_insee = {town.insee: i for i, town in enumerate(self.cast.towns)}
        for order in orders:
            town = self.town(by_insee[order["insee"]])
            town.post(f"/orders/{order['id']}/issue", {"engagement": f"ENG-{order['number']}"})
            seller.post(f"/orders/{order['id']}/delivery")
            town.post(f"/orders/{order['id']}/acceptance")
        invoices = self.wait(lambda: seller.get("/invoices"), until=lambda found: len(found) == len(orders))
        for invoice in invoices:
            order = next(o for o in orders if o["id"] == invoice["order_id"])
            payer = self.key(self.cast.accountant_keys[by_insee[order["insee"]]], "comptable")
            paid = {
                "number": f"M-{invoice['number']}",
                "paid_on": str(self.today()),
                "cents": invoice["ttc_cents"],
            }
            payer.post(f"/invoices/{invoice['id']}/payment", paid)
            seller.post(f"/invoices/{invoice['id']}/payment/confirmation")
        self.wait_for(path, "review")
        self.agent.post(f"{path}/closure")
        return self.agent.get(f"{path}/orders")  # type: ignore[no-any-return]

    def report(
        self,
        pool: dict[str, Any],
        consultation: dict[str, Any],
        orders: list[dict[str, Any]],
        shown: list[str],
    ) -> dict[str, Any]:
        """The document of `--json`, with the checks."""
        path = f"/pools/{pool['id']}"
        award, compared = self.agent.get(f"{path}/award"), self.agent.get(f"{path}/comparison")
        final, followed = self.agent.get(path), self.supervisor.get("/supervision/pools")
        seller = self.winner(award["supplier_name"])
        invoices = seller.get("/invoices")
        done = checks(
            pool=final,
            award=award,
            compared=compared,
            orders=orders,
            invoices=invoices,
            followed=followed,
            towns=self.cast.towns,
        )
        lines = [
            {"id": line["id"], "label": line["label"], "unit": line["unit"],
             "quantity": str(sum((Decimal(o["lines"][0]["quantity"]) for o in orders), Decimal(0))),
             "unit_price_cents": orders[0]["lines"][0]["unit_price_cents"], "supplier": award["supplier_name"]}
            for line in final["lines"]
        ]  # fmt: skip
        return {
            "ok": all(check["ok"] for check in done),
            "towns": len(self.cast.towns),
            "pool": final["id"],
            "channel": consultation["channel"],
            "estimate": {"low_cents": final["estimate_low_cents"], "high_cents": final["estimate_high_cents"]},
            "found": shown,
            "offers": [
                {"supplier": o["supplier"], "ht_cents": o["ht_cents"], "score": o["total_score"], "rank": o["rank"]} for o in compared["offers"]
            ],
            "lines": lines,
            "totals": {k: award[k] for k in ("ht_cents", "vat_cents", "ttc_cents")},
            "orders": [
                {"town": o["town"], "insee": o["insee"], "number": o["number"], "quantity": o["lines"][0]["quantity"],
                 "ht_cents": o["ht_cents"], "vat_cents": o["vat_cents"], "ttc_cents": o["ttc_cents"]}
                for o in orders
            ],
            "checks": done,
        }  # fmt: skip

    # who

    def town(self, i: int) -> Client:
        if i == 0:
            return self.agent
        return (
            self.second
            if i == 1
            else self.key(self.cast.agent_keys[i], f"agent de {self.cast.towns[i].name}")
        )

    def key(self, secret: str, who: str) -> Client:
        return self.client(who).with_key(secret)

    def client(self, who: str) -> Client:
        self._clients.append(Client(self.base_url, who))
        return self._clients[-1]

    def winner(self, name: str) -> Client:
        slug = next(
            s["slug"] for s in people.catalogue()["startups"] if s["name"] == name or s["slug"] == name
        )
        return self.key(self.cast.sellers[slug], name)

    def siren(self, slug: str) -> str:
        number = next(i for i, s in enumerate(people.catalogue()["startups"], 1) if s["slug"] == slug)
        return people.fictional_siren(number)

    # offers

    def quote_here(self, consultation: dict[str, Any]) -> None:
        self.wait(
            lambda: self.startup.get(f"/consultations/{consultation['id']}"),
            until=lambda c: c["state"] == "open",
        )
        for slug, offer in self.offers(consultation):
            seller = self.startup if slug == "quinquet-systemes" else self.key(self.cast.sellers[slug], slug)
            receipt = seller.post(f"/consultations/{consultation['id']}/quotes", offer)
            if len(receipt["sha256"]) != 64:
                raise StepFailed("le récépissé ne porte pas d’empreinte")
        self.advance(22)

    def offers(self, consultation: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        """Each startup quotes its published one-off grid, by volume, with a shared set-up cost."""
        line = consultation["published"]["lines"][0]
        found = []
        for slug in sorted(self.cast.sellers):
            solution = next(
                s
                for s in people.catalogue()["solutions"]
                if s["supplier"] == slug and DOMAIN in s["domains"] and s["prices"]
            )
            price = next(p for p in solution["prices"] if p["unit"] == UNIT)
            offer = {
                "lines": [
                    {
                        "line_id": line["id"],
                        "tiers": {"mode": price["mode"], "steps": price["steps"]},
                        "pack": "1",
                        "vat_rate": "20.0",
                    }
                ],
                "shared_costs": [
                    {
                        "label": "Mise en service",
                        "amount_cents": 150_000,
                        "vat_rate": "20.0",
                        "split": "equal",
                    }
                ],
                "delivery_weeks": 10,
                "quality": "Matériel garanti dix ans, mise en service comprise.",
                "environment": "Matériel réparable, reprise en fin de vie, livraison groupée.",
            }
            found.append((slug, offer))
        return found

    # time

    def today(self) -> date:
        now = datetime.fromisoformat(self.clock.get("/demo/clock")["now"])
        return now.astimezone(PARIS).date()

    def advance(self, days: int) -> None:
        self.clock.post("/demo/clock", {"days": days})

    def wait_for(self, path: str, state: str) -> None:
        self.wait(lambda: self.agent.get(path), until=lambda pool: pool["state"] == state)

    def wait(
        self, ask: Callable[[], Any], *, until: Callable[[Any], bool] = bool, patience: float = 60
    ) -> Any:
        """Ask until the worker has done its part."""
        deadline = time.monotonic() + patience
        while True:
            try:
                answer = ask()
            except StepFailed:
                if time.monotonic() > deadline:
                    raise
            else:
                if until(answer):
                    return answer
                if time.monotonic() > deadline:
                    raise StepFailed(f"rien ne vient : {answer}"[:500])
            time.sleep(0.1)
