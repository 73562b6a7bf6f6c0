"""Pools before their consultation: whose they are, who joins, who decides, and their pages."""

from tests.matrix.notation import Line

POOL = {
    "need_id": "{need_id}", "title": "T", "nature": "supplies", "census_ends_on": "{later}", "commitment_ends_on": "{later}",
    "lines": [{"label": "L", "unit": "light_point"}],
}  # fmt: skip
POOL_FORM = {
    "title": "T",
    "label": "L",
    "nature": "supplies",
    "census_ends_on": "{later}",
    "commitment_ends_on": "{later}",
}
NEEDS = {"needs": [{"line_id": "{line}", "firm": "90"}]}
NEEDS_FORM = {"needs-0-line_id": "{line}", "needs-0-firm": "90"}
WHY = {"reason": "Parce que."}
VOTE = {"number": "2026-9", "voted_on": "{today}", "transmitted_on": "{today}"}
SIGNATURE = {"sha256": "{sha256}", "signatory_name": "X", "signatory_title": "Maire", "signed_on": "{today}"}
NEED = {"text": "X", "domain": "eclairage-public", "unit": "light_point"}
NEED_FORM = {"besoin": "X", "domaine": "eclairage-public", "unite": "light_point"}

INSIDE = "a.* b.agent watch"
"""Who reads a pool that is no longer open to all."""
COORDINATE = "a.decides"
INSIDERS_ONLY = "a.reader a.accountant b.agent"


def act(path: str, page: str, on: str, **more: object) -> list[Line]:
    """An act of the coordinator by the API and by its page; on a phase that everybody sees, all others are told no."""
    seen = "all" if on in {"census", "invited"} else "a.* b.agent" if on != "draft" else "a.*"
    no = more.pop("no", f"{seen} -a.decides")
    route, _, name = page.rpartition("/")
    where = {"act": name} if "{act}" not in route and not name.startswith("{") else {}
    common = {
        "on": on,
        "ok": more.pop("ok", COORDINATE),
        "no": no,
        "anonymous": 403 if "all" in seen else 404,
    }
    return [
        Line(f"POST /api/v1/pools/{{pool_id}}/{path}", **common, **more),
        *(
            [Line(f"POST /achats/{{pool_id}}/{route}/{{act}}", where=where, **common, **_form(more))]
            if page
            else []
        ),
    ]


def _form(more: dict[str, object]) -> dict[str, object]:
    body = more.get("body")
    if isinstance(body, dict) and "census_ends_on" in body:
        return more | {"body": {"day": body["census_ends_on"]}}
    return more


LINES = [
    # needs
    Line("GET /api/v1/needs", ok="towns", no="startups staff"),
    Line("POST /api/v1/needs", ok="a.agents b.agent c.all two.c", no="a.reader a.accountant a.signatory startups staff", body=NEED),
    Line("GET /api/v1/needs/{need_id}", ok="a.*", anonymous=404),
    Line("GET /besoins/nouveau", ok="towns", no="startups staff"),
    Line("POST /besoins/nouveau", ok="a.agents b.agent c.all two.c", no="a.reader a.accountant a.signatory startups staff", body=NEED_FORM),
    # opening one from a need, which is the town's own
    Line("POST /api/v1/pools", ok="a.agents", no="a.reader a.accountant a.signatory startups staff", body=POOL),
    Line("GET /achats/nouveau", ok="towns", no="startups staff"),
    Line("GET /achats/nouveau", query="besoin={need_id}", ok="a.*", no="startups staff"),
    Line("POST /achats/nouveau/{need_id}", ok="a.agents", no="a.reader a.accountant a.signatory", body=POOL_FORM, anonymous=404),
    Line("GET /api/v1/pools", query="mine=true", ok="towns", no="startups staff"),
    # one pool: everybody's while it can be joined, then its own people's and the supervisors'
    *(
        Line(f"GET {path}", on=on, ok=ok, no="recused" if on in {"sealed", "execution"} else "", anonymous=404)
        for path in ("/api/v1/pools/{pool_id}", "/achats/{pool_id}")
        for on, ok in (("draft", "a.* watch"), ("census", "all"), ("commitment", INSIDE), ("sealed", INSIDE), ("execution", INSIDE))
    ),
    *(
        Line(f"GET {path}", on=on, ok=ok, anonymous=404)
        for path in ("/api/v1/pools/{pool_id}/members", "/achats/{pool_id}/villes.csv", "/achats/{pool_id}/villes.xlsx")
        for on, ok in (("census", "all"), ("commitment", INSIDE), ("draft", "a.* watch"))  # in the census, an empty list for strangers
    ),
    *(
        Line(f"GET {path}", on=on, ok=ok, anonymous=404)
        for path in ("/api/v1/pools/{pool_id}/progress", "/achats/{pool_id}/avancement")
        for on, ok in (("census", "all"), ("sealed", "a.* b.agent watchers"))
    ),
    Line("GET /achats/{pool_id}/rejoindre", on="census", ok="a.* b.agent", no="startups staff"),
    Line("GET /achats/{pool_id}/suite", on="commitment", ok="a.* b.agent", anonymous=404),
    # the coordinator's acts
    *act("interest-call", "actes/ouvrir", "draft"),
    *act("census", "actes/recenser", "invited"),
    *act("census/closure", "actes/clore-recensement", "census"),
    *act("commitment", "actes/valider", "consolidation"),
    *act("freeze", "actes/figer", "signed"),
    *act("continuation", "actes/continuer", "missed_continue"),
    *act("individual", "actes/individuel", "missed_individual"),
    *act("resumption", "actes/reprendre", "suspended"),
    *act("closure", "actes/clore", "execution", ok="a.* b.agent", no=""),  # too early for all: told to those who read the pool
    *act("abandonment", "suite/abandonner", "commitment", body=WHY),
    *act("suspension", "suite/suspendre", "commitment", body=WHY),
    *act("census/extension", "suite/prolonger", "missed_extend", body={"census_ends_on": "{later}"}),
    *act("census/reopening", "suite/rouvrir", "consolidation", body={"census_ends_on": "{later}"}),
    Line("POST /achats/{pool_id}/actes/{act}", on="signed", where={"act": "figer-sans"}, ok=COORDINATE, no="a.reader a.accountant b.agent", anonymous=404),
    Line("POST /achats/{pool_id}/suite/{act}", on="sealed", where={"act": "sans-suite"}, ok=COORDINATE, no="a.reader a.accountant b.agent",
         anonymous=404, body=WHY),
    Line("POST /api/v1/pools/{pool_id}/invitations", on="census", ok=COORDINATE, no="all -a.decides", anonymous=403, body={"towns": ["18205"]}),
    Line("POST /achats/{pool_id}/invitations", on="census", ok=COORDINATE, no="all -a.decides", anonymous=403, body={"towns": "18205"}),
    Line("POST /api/v1/pools/{pool_id}/members/{membership_id}/exclusion", on="census", ok=COORDINATE, no="all -a.decides", anonymous=403, body=WHY),
    Line("POST /achats/{pool_id}/villes/{membership_id}/exclusion", on="census", ok=COORDINATE, no="all -a.decides", anonymous=403, body=WHY),
    # a town's own acts
    *(
        Line(f"POST {path}", on="census", where=where, ok="a.decides b.agent c.all two.c", no="a.reader a.accountant startups staff")
        for path, where in (("/api/v1/pools/{pool_id}/membership", {}), ("/achats/{pool_id}/actes/{act}", {"act": "participer"}))
    ),
    Line("PUT /api/v1/pools/{pool_id}/membership/needs", on="census", ok="a.agents b.agent", no="a.reader a.accountant a.signatory startups staff", body=NEEDS),
    Line("POST /achats/{pool_id}/rejoindre", on="census", ok="a.agents b.agent", no="a.reader a.accountant a.signatory startups staff", body=NEEDS_FORM),
    *(
        Line(f"POST {path}", on="consolidation", where=where, ok="a.decides b.agent", no="a.reader a.accountant startups staff")
        for path, where in (
            ("/api/v1/pools/{pool_id}/membership/confirmation", {}), ("/achats/{pool_id}/actes/{act}", {"act": "confirmer"}),
        )
    ),
    *(
        Line(f"POST {path}", on=on, where=where, ok=ok, no=no, body=WHY, anonymous=404, invalid=True)
        for path, on, where, ok, no in (
            ("/api/v1/pools/{pool_id}/membership/refusal", "invited", {}, "b.agent a.*", ""),
            ("/achats/{pool_id}/suite/{act}", "invited", {"act": "decliner"}, "b.agent a.*", ""),
            ("/api/v1/pools/{pool_id}/membership/withdrawal", "commitment", {}, "b.agent a.*", ""),
            ("/achats/{pool_id}/suite/{act}", "commitment", {"act": "se-retirer"}, "b.agent a.*", ""),
        )
    ),
    # the founding agreement
    *(Line(f"GET {path}", on="commitment", ok=ok, anonymous=404) for path, ok in (
        ("/api/v1/pools/{pool_id}/agreement", INSIDE),
        ("/achats/{pool_id}/deliberation", "a.* b.agent"),
        ("/achats/{pool_id}/signature", "a.* b.agent"),
        ("/api/v1/files/{file_id}", "a.* b.agent"),
        ("/fichiers/{file_id}", "a.* b.agent"),
    )),
    *(
        Line(f"POST {path}", on="commitment", ok="a.decides b.agent", no="a.reader a.accountant startups staff", body=VOTE)
        for path in ("/api/v1/pools/{pool_id}/membership/deliberation", "/achats/{pool_id}/deliberation")
    ),
    *(
        Line(f"POST {path}", on="voted", ok="a.signatory", no="a.* b.agent -a.signatory startups staff", body=SIGNATURE)
        for path in ("/api/v1/pools/{pool_id}/membership/signature", "/achats/{pool_id}/signature")
    ),
    # supervision
    *(Line(f"GET {path}", ok="watchers", no="signed_in -watchers")
      for path in ("/api/v1/supervision/pools", "/suivi", "/suivi.csv", "/suivi.xlsx")),
]  # fmt: skip
