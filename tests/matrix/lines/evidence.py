"""Evidence: levels and references are everybody's, evidence its startup's, judging it the curators'."""

from tests.matrix.build import REFERENCE
from tests.matrix.notation import Line, public

NOT_CURATORS = "signed_in -curator"
WRITES = {"ok": "s.edits", "no": "towns staff s.seller"}
MINE = "/api/v1/my/solutions/{solution_id}/evidence"
PAGE = "/espace-entreprise/fiches/{solution_id}/preuves"
ASKED = {"reference_id": "{reference_id}", "email": "quelquun@ville.test"}
LINKED = {"reference_id": "{reference_id}", "contract_id": "{contract_id}"}
WHY = {"reason": "Parce que."}
CITED = {"path": f"references.{REFERENCE}"}

LINES = [
    *public("GET /api/v1/references", "GET /references", "GET /references.csv", "GET /references.xlsx"),
    *public("GET /api/v1/solutions/{slug}/evidence", on="sheet"),
    Line("GET /api/v1/solutions/{slug}/evidence", on="draft_sheet", ok="s.* curator", anonymous=404),
    # a link that is worth nothing, whoever follows it
    *(Line(f"{method} /references/confirmer/{{token}}", where={"token": "rien"}, anonymous=404,
           body={"answer": "exact", "name": "X", "role": "X"} if method == "POST" else None) for method in ("GET", "POST")),
    # a startup's evidence, which curators read
    *(Line(f"GET {path}", on="proofs", ok="s.* curator", anonymous=404, where=CITED) for path in (MINE, PAGE, f"{PAGE}/{{path}}")),
    Line(f"POST {MINE}/documents", on="proofs", **WRITES, invalid=True,
         body={"path": "prices", "title": "X", "dated_on": "2026-01-01"}, file=True),
    Line(f"POST {PAGE}/{{path}}/document", on="proofs", where=CITED, **WRITES, invalid=True, body={"title": "X", "dated_on": "2026-01-01"}),
    Line(f"POST {MINE}/requests", on="proofs", **WRITES, body=ASKED, invalid=True),
    Line(f"POST {PAGE}/{{path}}/demande", on="proofs", where=CITED, **WRITES, body={"email": "x@ville.test"}, invalid=True),
    *(Line(f"POST {MINE}/requests/{{request_id}}/{act}", on="proofs", **WRITES) for act in ("resending", "cancellation")),
    Line(f"POST {PAGE}/{{path}}/demande/{{request_id}}/{{act}}", on="proofs", where=CITED | {"act": "annulation"}, **WRITES),
    Line(f"POST {MINE}/contracts", on="proofs", **WRITES, body=LINKED, invalid=True),
    Line(f"POST {PAGE}/{{path}}/marche", on="proofs", where=CITED, **WRITES, body={"contract_id": "{contract_id}"}, invalid=True),
    *(Line(f"POST {path}", on="proofs", ok="s.edits", no="curator s.seller", anonymous=404)
      for path in ("/api/v1/my/evidence/{evidence_id}/withdrawal", "/espace-entreprise/preuves/{evidence_id}/retrait")),
    # curators
    Line("GET /api/v1/reviews/evidence", ok="curator", no=NOT_CURATORS),
    Line("GET /relecture/preuves", ok="curator", no=NOT_CURATORS),
    Line("GET /api/v1/reviews/evidence/contracts", ok="curator", no=NOT_CURATORS),
    *(Line(f"POST {path}", on="proofs", ok="curator", no=NOT_CURATORS, body=LINKED | {"solution_id": "{solution_id}"}, invalid=True)
      for path in ("/api/v1/reviews/evidence/contracts", "/relecture/preuves/marches")),
    *(Line(f"POST {path}", on="proofs", ok="curator", no="s.*", body=body, anonymous=404)
      for path, body in (
          ("/api/v1/reviews/evidence/{evidence_id}/acceptance", None),
          ("/api/v1/reviews/evidence/{evidence_id}/refusal", WHY),
          ("/relecture/preuves/{evidence_id}/acceptation", None),
          ("/relecture/preuves/{evidence_id}/refus", WHY),
      )),
    *(Line(f"GET {path}", on="proofs", ok="", no=NOT_CURATORS) for path in ("/api/v1/reviews/evidence/{evidence_id}/file", "/relecture/preuves/{evidence_id}/fichier")),
]  # fmt: skip
