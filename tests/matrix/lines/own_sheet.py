"""« Pourquoi ma fiche n’est-elle pas proposée ? »: whoever acts for the startup, of its own published sheets."""

from tests.matrix.notation import Line

MATCHES = "/api/v1/my/solutions/{solution_id}/matches"

LINES = [
    Line("GET /espace-entreprise/pourquoi", ok="startups", no="towns staff"),
    Line(f"GET {MATCHES}", on="sheet", ok="s.*", no="towns staff"),
    Line(f"POST {MATCHES}", on="sheet", ok="s.*", no="towns staff", body={"need": "éclairage"}),
    *(
        Line(f"{method} {MATCHES}", on=on, ok="s.*", no="towns staff", body=body)
        for method, body in (("GET", None), ("POST", {"need": "éclairage"}))
        for on in ("draft_sheet", "suspended_sheet")
    ),
]  # fmt: skip
