"""Towns like mine are everybody's to look at; what a town declares of its assets is its own."""

from tests.matrix.notation import Line, public

WRITES = "a.agents b.agent c.all two.c"
READS = "startups staff"
ASSETS = {"public": False, "assets": []}

LINES = [
    *public("GET /villes"),
    *public(
        "GET /api/v1/towns/{code}/twins",
        "GET /villes/{code}/jumelles",
        "GET /villes/{code}/jumelles.csv",
        "GET /villes/{code}/jumelles.xlsx",
        where={"code": "18279"},
    ),
    Line("GET /api/v1/assets", ok="towns", no=READS),
    Line("GET /organisation/patrimoine", ok="towns", no=READS),
    Line(
        "PUT /api/v1/assets", ok=WRITES, no=f"towns {READS} -a.agents -b.agent -c.all -two.c",
        body=ASSETS, headers={"If-Match": "9"},
    ),
    Line(
        "POST /organisation/patrimoine", ok=WRITES, no=f"towns {READS} -a.agents -b.agent -c.all -two.c",
        body={"version": "9"}, invalid=True,
    ),
]  # fmt: skip
