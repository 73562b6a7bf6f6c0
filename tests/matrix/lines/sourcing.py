"""The sourcing register: a town's own, read by its whole team, frozen by its agents and administrators."""

from tests.matrix.notation import Line

AGENTS, NOT_AGENTS = "a.agents b.agent c.all two.c", "a.reader a.accountant a.signatory startups staff"
"""Whoever may freeze freezes a search of the directory; a logged answer is its town's alone."""
RECORD = "/registre/{record_id}"

LINES = [
    Line("GET /registre", on="sourcing", ok="towns", no="startups staff"),
    Line("GET /registre.csv", on="sourcing", ok="towns", no="startups staff"),
    Line("GET /registre.xlsx", on="sourcing", ok="towns", no="startups staff"),
    *(
        Line(f"GET {path}", on="sourcing", ok="a.*", anonymous=404)
        for path in (
            RECORD, f"{RECORD}/rejouer", f"{RECORD}/preuve.pdf", f"{RECORD}/preuve.xlsx", f"{RECORD}/preuve.csv",
            f"{RECORD}/preuve.json", "/api/v1/sourcing-records/{record_id}", "/api/v1/sourcing-records/{record_id}/replay",
        )
    ),
    Line("GET /registre/nouveau", on="sourcing", query="q=Module", ok=AGENTS, no=NOT_AGENTS),
    Line("GET /registre/nouveau", on="sourcing", query="recherche={log_id}", ok="a.agents", no=NOT_AGENTS),
    Line("POST /registre/nouveau", on="sourcing", ok=AGENTS, no=NOT_AGENTS, body={"title": "T", "q": "Module"}, invalid=True),
    Line(
        "POST /registre/nouveau", on="sourcing", ok="a.agents", no=NOT_AGENTS,
        body={"title": "T", "recherche": "{log_id}", "besoin": "{need_id}"},
    ),
    Line("GET /api/v1/sourcing-records", on="sourcing", ok="towns", no="startups staff"),
    Line(
        "POST /api/v1/sourcing-records", on="sourcing", ok=AGENTS, no=NOT_AGENTS, body={"title": "T", "search": {"q": "Module"}},
    ),
    Line(
        "POST /api/v1/sourcing-records", on="sourcing", ok="a.agents", no=NOT_AGENTS, else_=422,
        body={"title": "T", "log_id": "{log_id}", "need_id": "{need_id}"},
    ),
]  # fmt: skip
