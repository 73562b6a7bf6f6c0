"""From the consultation to the award: offers are sealed, then the coordinator's; supervisors see neither offer nor price."""

from tests.matrix.notation import Line

DUE = {"quotes_due_on": "{later}"}
DUE_FORM = {
    "quotes_due_on": "{later}", "criteria-0-label": "Prix", "criteria-0-weight": "60", "criteria-0-kind": "price",
    "criteria-1-label": "Environnement", "criteria-1-weight": "40", "criteria-1-kind": "environment",
}  # fmt: skip
OFFER = {
    "lines": [{"line_id": "{line}", "tiers": {"steps": [{"from": "0", "unit_price_cents": 15000}]}}],
    "delivery_weeks": 8, "quality": "Q", "environment": "E",
}  # fmt: skip
OFFER_FORM = {
    "lines-0-line_id": "{line}", "steps-0-line": "0", "steps-0-from": "0", "steps-0-price": "150", "delivery_weeks": "8",
    "quality": "Q", "environment": "E",
}  # fmt: skip
SCORES = {"scores": {"{quote}": {"quality": "1", "environment": "1"}}}
SCORES_FORM = {"score_{quote}_quality": "1", "version": "1"}
IMPORTED = {"profile_reference": "R", "offers": [{"supplier_name": "X", "offer": OFFER}]}
WHY = {"reason": "Parce que."}
INSIDE, OTHERS = "a.* b.agent watch", "a.reader a.accountant b.agent"
STARTUPS_OUT = "towns staff s.editor"


def both(api: str, page: str, on: str, **more: object) -> list[Line]:
    """A coordinator's act, by the API and by its page."""
    form = more.pop("form", more.get("body"))
    common = {"on": on, "ok": "a.decides", "no": OTHERS, "anonymous": 404} | more
    return [Line(f"POST {api}", **common), Line(f"POST {page}", **common | {"body": form})]


LINES = [
    *both("/api/v1/pools/{pool_id}/consultation", "/achats/{pool_id}/consultation", "frozen", body=DUE, form=DUE_FORM),
    Line("GET /achats/{pool_id}/consultation", on="frozen", ok="a.*", anonymous=404),
    *(Line("GET /api/v1/pools/{pool_id}/consultation", on=on, ok=INSIDE + " s.* t.all", anonymous=404) for on in ("sealed", "analysis")),
    *(Line("GET /api/v1/consultations/{consultation_id}", on=on, ok=INSIDE + " s.* t.all", anonymous=404) for on in ("sealed", "analysis")),
    Line("GET /consultations/{consultation_id}", on="sealed", ok="s.* t.all", no="towns staff"),
    Line("GET /api/v1/consultations", ok="startups", no="towns staff"),
    Line("GET /espace-entreprise", ok="startups", no="towns staff"),
    # offers
    Line("POST /api/v1/consultations/{consultation_id}/quotes", on="sealed", ok="s.sells t.all", no=STARTUPS_OUT, body=OFFER),
    Line("POST /consultations/{consultation_id}/offre", on="sealed", ok="s.sells t.all", no=STARTUPS_OUT, body=OFFER_FORM),
    Line("POST /api/v1/consultations/{consultation_id}/quotes/withdrawal", on="sealed", ok="s.sells t.all", no=STARTUPS_OUT),
    Line("POST /consultations/{consultation_id}/retrait", on="sealed", ok="s.sells t.all", no=STARTUPS_OUT),
    Line("POST /api/v1/consultations/{consultation_id}/refusal", on="sealed", ok="s.sells t.all", no=STARTUPS_OUT, body=WHY),
    Line("POST /consultations/{consultation_id}/refus", on="sealed", ok="s.sells t.all", no=STARTUPS_OUT, body=WHY),
    # nobody compares before the deadline; afterwards the coordinator does
    *(
        Line(f"GET {path}", on=on, ok=ok, no="recused", anonymous=404)
        for path in ("/api/v1/pools/{pool_id}/comparison", "/achats/{pool_id}/offres", "/achats/{pool_id}/offres.csv", "/achats/{pool_id}/offres.xlsx")
        for on, ok in (("sealed", ""), ("analysis", "a.*"), ("execution", "a.*"))
    ),
    Line("PUT /api/v1/pools/{pool_id}/evaluation", on="analysis", ok="a.decides", no=OTHERS, body=SCORES, headers={"If-Match": "1"}, anonymous=404),
    Line("POST /achats/{pool_id}/notes", on="analysis", ok="a.decides", no=OTHERS, body=SCORES_FORM, anonymous=404),
    *both("/api/v1/pools/{pool_id}/award", "/achats/{pool_id}/attribution", "analysis", body={"reasons": "R"}),
    *both("/api/v1/pools/{pool_id}/award/withdrawal", "/achats/{pool_id}/retrait-attribution", "award"),
    *both("/api/v1/pools/{pool_id}/award/notification", "/achats/{pool_id}/notification", "award", ok="a.signatory",
          no="a.* -a.signatory b.agent"),
    Line("GET /api/v1/pools/{pool_id}/award", on="award", ok=INSIDE, anonymous=404),
    Line("GET /api/v1/pools/{pool_id}/award", on="execution", ok=INSIDE + " s.*", anonymous=404),
    Line("POST /api/v1/pools/{pool_id}/no-award", on="sealed", ok="a.decides", no=OTHERS, body=WHY, anonymous=404),
    *both("/api/v1/pools/{pool_id}/relaunch", "/achats/{pool_id}/relance", "no_award"),
    # above the threshold: by the buyer profile
    *(Line(f"GET {path}", on="exported", ok="a.*", anonymous=404)
      for path in ("/api/v1/pools/{pool_id}/consultation/pack", "/achats/{pool_id}/dossier.zip", "/achats/{pool_id}/profil-acheteur")),
    Line("POST /api/v1/pools/{pool_id}/offers", on="exported", ok="a.decides", no=OTHERS, body=IMPORTED, anonymous=404, invalid=True),
    Line("POST /achats/{pool_id}/profil-acheteur", on="exported", ok="a.*", anonymous=404, invalid=True, body={}),
]  # fmt: skip
