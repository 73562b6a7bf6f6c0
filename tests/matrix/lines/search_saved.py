"""Kept searches: each person's own."""

from tests.matrix.notation import Line

SEARCH = {"name": "x", "search": {"q": "x"}, "alert": "daily"}
FORM = {"name": "x", "q": "x", "alert": "daily"}
VERSION = {"If-Match": "1"}

LINES = [
    *(Line(f"GET {path}", ok="signed_in") for path in ("/api/v1/saved-searches", "/compte/recherches", "/compte/recherches/nouvelle")),
    Line("POST /api/v1/saved-searches", ok="signed_in", body=SEARCH),
    Line("POST /compte/recherches", ok="signed_in", body=FORM),
    # one's own, whoever else one is to the same organisation
    *(Line(route, on="saved_search", ok="a.agent", body=body, headers=headers) for route, body, headers in (
        ("GET /api/v1/saved-searches/{search_id}", None, {}), ("PATCH /api/v1/saved-searches/{search_id}", {"name": "y"}, VERSION),
        ("DELETE /api/v1/saved-searches/{search_id}", None, {}), ("GET /compte/recherches/{search_id}", None, {}),
        ("POST /compte/recherches/{search_id}", {"name": "y", "alert": "none", "version": "1"}, {}),
        ("POST /compte/recherches/{search_id}/suppression", None, {}),
    )),
    *(Line(f"POST {path}", on="deleted_search", ok="a.agent") for path in (
        "/api/v1/saved-searches/{search_id}/restoration", "/compte/recherches/{search_id}/retablissement",
    )),
    # a link that is worth nothing, whoever follows it
    *(Line(f"{method} /alertes/arret/{{token}}", where={"token": "rien"}, anonymous=404) for method in ("GET", "POST")),
]  # fmt: skip
