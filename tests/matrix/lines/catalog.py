"""The directory: published sheets are everybody's, the others their startup's and the curators'."""

from tests.matrix.notation import Line, public

SHEET = {
    "name": "X",
    "summary": "S",
    "description": "D",
    "domains": ["eclairage-public"],
    "maturity": "growth",
}
MINE = "/espace-entreprise/fiches/{solution_id}"
API = "/api/v1/my/solutions/{solution_id}"
VERSION = {"version": "1"}
REFERENCE = VERSION | {"town": "18197", "started_on": "2024-01-01", "scope": "Essai"}
FILE = VERSION | {"kind": "brochure", "title": "T", "alt": "A"}
WHY = {"reason": "Parce que."}
NOT_CURATORS = "signed_in -curator"
EDITORS, NOT_EDITORS = "s.edits t.all u.all", "towns staff s.seller"

LINES = [
    *public("GET /api/v1/solutions/{slug}", "GET /solutions/{slug}", on="sheet"),
    *(
        Line(route, on=on, ok="s.* curator", anonymous=404)
        for route in ("GET /api/v1/solutions/{slug}", "GET /solutions/{slug}")
        for on in ("draft_sheet", "review_sheet", "suspended_sheet")
    ),
    *public(
        "GET /solutions/{slug}/dossier-securite.pdf", "GET /comparer", "GET /comparer.csv", "GET /comparer.xlsx", "GET /comparer.pdf",
        "GET /api/v1/comparison", "GET /api/v1/solutions/{slug}/cost", on="sheet",
    ),
    *(
        Line(route, on="draft_sheet", ok="s.* curator", anonymous=404)
        for route in ("GET /solutions/{slug}/dossier-securite.pdf", "GET /api/v1/solutions/{slug}/cost")
    ),
    # open data, and files of sheets: one's own imports alone
    *public("GET /donnees-ouvertes", "GET /donnees-ouvertes/schema.json", "GET /donnees-ouvertes/annuaire.json",
            "GET /donnees-ouvertes/annuaire.csv", "GET /donnees-ouvertes/annuaire.xlsx", "GET /donnees-ouvertes/changements.atom", "GET /donnees-ouvertes/modele.csv",
            "GET /donnees-ouvertes/modele.xlsx"),
    *(
        Line(f"GET /espace-entreprise/fiches/{page}", ok=EDITORS, no=NOT_EDITORS)
        for page in ("import", "mes-fiches.csv", "mes-fiches.xlsx")
    ),
    *(
        Line(f"POST {path}", ok=EDITORS, no=NOT_EDITORS, body={}, file=True, invalid=True)
        for path in ("/espace-entreprise/fiches/import", "/api/v1/my/solutions/import")
    ),
    *(
        Line(f"POST {path}", ok="curator", no=NOT_CURATORS, body={}, file=True, invalid=True)
        for path in ("/relecture/import", "/api/v1/reviews/import")
    ),
    Line("GET /relecture/import", ok="curator", no=NOT_CURATORS),
    *(
        Line(f"{method} /espace-entreprise/fiches/import/{{import_id}}{act}", on="import", ok="s.editor", no=NOT_EDITORS)
        for method, act in (("GET", ""), ("GET", "/rapport"), ("POST", "/enregistrement"))
    ),
    *(
        Line(f"{method} /relecture/import/{{import_id}}{act}", on="curator_import", ok="curator", no=NOT_CURATORS)
        for method, act in (("GET", ""), ("GET", "/rapport"), ("POST", "/enregistrement"))
    ),
    *(
        Line(f"GET /api/v1/sheet-imports/{{import_id}}{act}", on=on, ok=ok)
        for act in ("", "/report")
        for on, ok in (("import", "s.editor"), ("curator_import", "curator"))
    ),
    Line("GET /api/v1/my/solutions", ok="startups", no="towns staff"),
    Line("POST /api/v1/my/solutions", ok="s.edits t.all u.all", no="towns staff s.seller", body=SHEET),
    Line("GET /espace-entreprise/fiches/nouvelle", ok="s.edits t.all u.all", no="towns staff s.seller"),
    Line("POST /espace-entreprise/fiches/nouvelle", ok="s.edits t.all u.all", no="towns staff s.seller", body={"name": "X"}),
    *(
        Line(route, on="draft_sheet", ok="s.* curator", anonymous=404)
        for route in (
            f"GET {API}", f"GET {API}/tasks", f"GET {MINE}", f"GET {MINE}/verification", f"GET {MINE}/references",
            f"GET {MINE}/references/nouvelle", f"GET {MINE}/references/{{reference_id}}", f"GET {MINE}/pieces/{{file_id}}",
        )
    ),
    *(
        Line(f"GET {MINE}/{{step}}", on="draft_sheet", where={"step": step}, ok="s.* curator", anonymous=404)
        for step in ("need", "hosting", "attachments")
    ),
    *public("GET /solutions/{slug}/pieces/{file_id}", "GET /solutions/{slug}/pieces/{file_id}/vignette", on="sheet"),
    *(
        Line(route, on="draft_sheet", ok="s.* curator", anonymous=404)
        for route in ("GET /solutions/{slug}/pieces/{file_id}", "GET /solutions/{slug}/pieces/{file_id}/vignette")
    ),
    *(
        Line(f"POST {MINE}{path}", on="draft_sheet", ok="s.edits", no="towns staff s.seller", body=body)
        for path, body in (
            ("/references/nouvelle", REFERENCE), ("/references/{reference_id}", REFERENCE), ("/references/{reference_id}/retrait", VERSION),
            ("/pieces/{file_id}", FILE), ("/pieces/{file_id}/monter", VERSION), ("/pieces/{file_id}/retrait", VERSION), ("/abandon", None),
        )
    ),
    Line(f"POST {MINE}/{{step}}", on="draft_sheet", where={"step": "need"}, ok="s.edits", no="towns staff s.seller", body=VERSION),
    Line(f"POST {MINE}/pieces", on="draft_sheet", ok="s.edits", no="towns staff s.seller", body=FILE, file=True, invalid=True),
    Line(f"POST {MINE}/reprise", on="review_sheet", ok="s.edits", no="towns staff s.seller"),
    Line(f"POST {API}/attachments", on="draft_sheet", ok="s.edits", no="towns staff s.seller", body=FILE, file=True, invalid=True,
         headers={"If-Match": "2"}),
    Line(f"DELETE {API}/attachments/{{file_id}}", on="draft_sheet", ok="s.edits", no="towns staff s.seller", headers={"If-Match": "2"}),
    Line("PUT /api/v1/my/solutions/{solution_id}", on="draft_sheet", ok="s.edits", no="towns staff s.seller", body=SHEET,
         headers={"If-Match": "1"}),
    Line("POST /api/v1/my/solutions/{solution_id}/submission", on="draft_sheet", ok="s.edits", no="towns staff s.seller"),
    Line("POST /espace-entreprise/fiches/{solution_id}/envoi", on="draft_sheet", ok="s.edits", no="towns staff s.seller"),
    Line("POST /api/v1/my/solutions/{solution_id}/submission/withdrawal", on="review_sheet", ok="s.edits", no="towns staff s.seller"),
    Line("POST /api/v1/my/solutions/{solution_id}/withdrawal", on="draft_sheet", ok="s.edits", no="towns staff s.seller"),
    Line("GET /api/v1/reviews", ok="curator", no=NOT_CURATORS),
    Line("GET /relecture", ok="curator", no=NOT_CURATORS),
    Line("GET /relecture.csv", ok="curator", no=NOT_CURATORS),
    Line("GET /relecture.xlsx", ok="curator", no=NOT_CURATORS),
    Line("GET /api/v1/reviews/{solution_id}", on="review_sheet", ok="curator", no=NOT_CURATORS),
    Line("GET /relecture/{solution_id}", on="review_sheet", ok="curator", no=NOT_CURATORS),
    *(
        Line(route, on="review_sheet", ok="s.* curator")
        for route in ("GET /api/v1/my/solutions/{solution_id}/review", "GET /espace-entreprise/fiches/{solution_id}/relecture")
    ),
    *(  # a version that is no longer: what passes is told 412, and changes nothing for the next who tries
        Line(f"POST /api/v1/reviews/{{solution_id}}/{act}", on="review_sheet", ok="curator", no="s.*", body=body, anonymous=404,
             headers={"If-Match": "1"})
        for act, body in (("taking", None), ("publication", {}), ("changes", WHY))
    ),
    # nobody reads it: whoever sees it is told its state
    Line("POST /api/v1/reviews/{solution_id}/release", on="review_sheet", ok="curator s.*", anonymous=404, headers={"If-Match": "1"}),
    Line("POST /relecture/{solution_id}/remise", on="review_sheet", ok="curator s.*", anonymous=404, body={"version": "1"}, invalid=True),
    *(
        Line(f"POST /relecture/{{solution_id}}/{act}", on="review_sheet", ok="curator", no="s.*", body=WHY | {"version": "1"}, anonymous=404,
             invalid=True)
        for act in ("prise", "publication", "renvoi")
    ),
    Line("PUT /api/v1/reviews/{solution_id}/checklist", on="review_sheet", ok="curator", no="s.*", anonymous=404,
         body={"answers": [{"item": "plain", "answer": "yes"}]}),
    Line("POST /relecture/{solution_id}/controle", on="review_sheet", ok="curator", no="s.*", anonymous=404,
         body={"answers-0-item": "plain", "answers-0-answer": "yes"}),
    Line("POST /api/v1/reviews/{solution_id}/comments", on="review_sheet", ok="curator s.edits", no="s.seller", anonymous=404,
         body={"path": "summary", "text": "Pourquoi ?"}),
    Line("POST /relecture/{solution_id}/commentaires", on="review_sheet", ok="curator s.edits", no="s.seller", anonymous=404,
         body={"path": "summary", "text": "Pourquoi ?"}),
    Line("POST /espace-entreprise/fiches/{solution_id}/commentaires", on="review_sheet", ok="s.edits", no="towns staff s.seller",
         body={"path": "summary", "text": "Parce que."}),
    Line("PUT /api/v1/reviews/{solution_id}/resolution", on="review_sheet", ok="curator", no="s.*", anonymous=404, body={"path": "summary"}),
    Line("POST /relecture/{solution_id}/resolution", on="review_sheet", ok="curator", no="s.*", anonymous=404, body={"path": "summary", "resolved": "1"}),
    # somebody else's comment: only its author takes it back (tests/catalog/curation/test_commenting.py)
    Line("POST /api/v1/reviews/{solution_id}/comments/{remark_id}/withdrawal", on="review_sheet", anonymous=404),
    Line("POST /relecture/{solution_id}/commentaires/{remark_id}/retrait", on="review_sheet", no=NOT_CURATORS),
    Line("POST /espace-entreprise/fiches/{solution_id}/commentaires/{remark_id}/retrait", on="review_sheet", no="towns staff s.seller"),
    *(
        Line(f"POST /api/v1/reviews/{{solution_id}}/{act}", on=on, ok=ok, no=no, body=WHY, anonymous=404)
        for act, on, ok, no in (
            ("reinstatement", "suspended_sheet", "curator", "s.*"), ("suspension", "sheet", "curator", "s.*"),
            ("archive", "suspended_sheet", "curator s.edits", "s.seller"),
        )
    ),
    *(
        Line("POST /relecture/{solution_id}/{act}", on=on, where={"act": act}, ok=ok, no=no, body={"cause": "Parce que.", "version": "1"}, anonymous=404)
        for act, on, ok, no in (
            ("suspension", "sheet", "curator", "s.*"), ("retour-en-ligne", "suspended_sheet", "curator", "s.*"),
            ("archivage", "suspended_sheet", "curator s.edits", "s.seller"),
        )
    ),
]  # fmt: skip
