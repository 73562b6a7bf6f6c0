"""Declared interests, which are a person's own, and the people in charge of a pool, which are its coordinating town's."""

from tests.matrix.notation import Line

TIE = {"firm": "Vendeur 1", "kind": "family", "detail": "Un proche.", "since": "2026-01-01"}
DUTY = {"person_id": "{person_id}", "duty": "evaluator"}
HANDOVER = {"leaver_id": "{person_id}", "successor_id": "{person_id}"}
NOT_TOWNS = "startups staff"

LINES = [
    Line("GET /api/v1/me/interests", ok="signed_in"),
    Line("GET /compte/interets", ok="signed_in"),
    Line("POST /api/v1/me/interests", ok="towns staff", no="startups", body=TIE),
    Line("POST /compte/interets", ok="towns staff", no="startups", body=TIE),
    Line("DELETE /api/v1/me/interests/{interest_id}", on="interest", ok="recused"),
    Line("POST /compte/interets/{interest_id}/fin", on="interest", ok="recused"),
    Line("GET /api/v1/pools/{pool_id}/appointments", on="appointed", ok="a.*", anonymous=404),
    Line("GET /achats/{pool_id}/personnes", on="appointed", ok="a.*", anonymous=404),
    Line("POST /api/v1/pools/{pool_id}/appointments", on="appointed", ok="a.decides", no="a.reader a.accountant", body=DUTY, anonymous=404),
    Line("POST /achats/{pool_id}/personnes", on="appointed", ok="a.decides", no="a.reader a.accountant", body=DUTY, anonymous=404),
    Line("DELETE /api/v1/pools/{pool_id}/appointments/{appointment_id}", on="appointed", ok="a.decides", no="a.reader a.accountant", anonymous=404),
    Line("POST /achats/{pool_id}/personnes/{appointment_id}/fin", on="appointed", ok="a.decides", no="a.reader a.accountant", anonymous=404),
    Line("GET /api/v1/organisation/appointments", ok="towns", no=NOT_TOWNS),
    Line("GET /organisation/dossiers", ok="towns", no=NOT_TOWNS),
    # an administrator hands over anybody's duties, and the leaver their own: what is named must be the town's
    *(
        Line(f"POST {path}", on="appointed", ok="a.admin", no="signed_in -a.admin -c.all -two.c", else_=422, body=HANDOVER, invalid=True)
        for path in ("/api/v1/organisation/handovers", "/organisation/dossiers")
    ),
]  # fmt: skip
