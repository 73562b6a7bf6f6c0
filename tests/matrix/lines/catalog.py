"""The directory: published sheets are everybody's, the others their startup's and the curators'."""

from tests.matrix.notation import Line, public

SHEET = {
    "name": "X",
    "summary": "S",
    "description": "D",
    "domains": ["eclairage-public"],
    "maturity": "growth",
}
FORM = {
    "name": "X",
    "summary": "S",
    "description": "D",
    "domain": "eclairage-public",
    "maturity": "growth",
    "version": "1",
}
WHY = {"reason": "Parce que."}
NOT_CURATORS = "signed_in -curator"

LINES = [
    *public("GET /api/v1/solutions/{slug}", "GET /solutions/{slug}", on="sheet"),
    *(
        Line(route, on=on, ok="s.* curator", anonymous=404)
        for route in ("GET /api/v1/solutions/{slug}", "GET /solutions/{slug}")
        for on in ("draft_sheet", "review_sheet", "suspended_sheet")
    ),
    Line("GET /api/v1/my/solutions", ok="startups", no="towns staff"),
    Line("POST /api/v1/my/solutions", ok="s.edits t.all u.all", no="towns staff s.seller", body=SHEET),
    Line("GET /espace-entreprise/fiches/nouvelle", ok="s.edits t.all u.all", no="towns staff s.seller"),
    Line("POST /espace-entreprise/fiches/nouvelle", ok="s.edits t.all u.all", no="towns staff s.seller", body=FORM),
    *(
        Line(route, on="draft_sheet", ok="s.* curator", anonymous=404)
        for route in ("GET /api/v1/my/solutions/{solution_id}", "GET /espace-entreprise/fiches/{solution_id}")
    ),
    Line("PUT /api/v1/my/solutions/{solution_id}", on="draft_sheet", ok="s.edits", no="towns staff s.seller", body=SHEET,
         headers={"If-Match": "1"}),
    Line("POST /espace-entreprise/fiches/{solution_id}", on="draft_sheet", ok="s.edits", no="towns staff s.seller", body=FORM),
    Line("POST /api/v1/my/solutions/{solution_id}/submission", on="draft_sheet", ok="s.edits", no="towns staff s.seller"),
    Line("POST /espace-entreprise/fiches/{solution_id}/envoi", on="draft_sheet", ok="s.edits", no="towns staff s.seller"),
    Line("POST /api/v1/my/solutions/{solution_id}/submission/withdrawal", on="review_sheet", ok="s.edits", no="towns staff s.seller"),
    Line("POST /api/v1/my/solutions/{solution_id}/withdrawal", on="draft_sheet", ok="s.edits", no="towns staff s.seller"),
    Line("GET /api/v1/reviews", ok="curator", no=NOT_CURATORS),
    Line("GET /relecture", ok="curator", no=NOT_CURATORS),
    Line("GET /relecture/{solution_id}", on="review_sheet", ok="curator", no=NOT_CURATORS),
    *(
        Line(f"POST {path}", on=on, ok="curator", no="s.*", body=body, anonymous=404)
        for path, on, body in (
            ("/api/v1/reviews/{solution_id}/publication", "review_sheet", None),
            ("/api/v1/reviews/{solution_id}/changes", "review_sheet", WHY),
            ("/api/v1/reviews/{solution_id}/reinstatement", "suspended_sheet", None),
            ("/relecture/{solution_id}/publication", "review_sheet", None),
        )
    ),
    Line("POST /api/v1/reviews/{solution_id}/suspension", on="sheet", ok="curator", no="s.*", body=WHY, anonymous=404),
    Line("POST /api/v1/reviews/{solution_id}/archive", on="suspended_sheet", ok="curator s.edits", no="s.seller", body=WHY, anonymous=404),
    Line("POST /relecture/{solution_id}/{act}", on="review_sheet", where={"act": "renvoi"}, ok="curator", no="s.*", body=WHY, anonymous=404),
    Line("POST /relecture/{solution_id}/{act}", on="sheet", where={"act": "suspension"}, ok="curator", no="s.*", body=WHY, anonymous=404),
    Line("POST /relecture/{solution_id}/{act}", on="suspended_sheet", where={"act": "archivage"}, ok="curator s.edits", no="s.seller", body=WHY, anonymous=404),
]  # fmt: skip
