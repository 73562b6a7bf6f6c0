"""Accounts, sign-in, API keys; what everybody may read; what demo mode adds."""

from tests.matrix.notation import Line, public

SIGN_IN = {"email": "personne@exemple.test", "password": "rien"}

LINES = [
    *public(
        "GET /", "GET /solutions", "GET /regles", "GET /mentions-legales", "GET /accessibilite", "GET /donnees-personnelles",
        "GET /contact", "GET /api", "GET /connexion", "GET /healthz", "GET /readyz", "GET /api/v1/towns", "GET /api/v1/solutions", "GET /comment-nous-classons", "GET /api/v1/weights", "GET /api/v1/suggestions",
        "GET /achats", "GET /api/v1/pools",
    ),
    *public("GET /metrics"),  # from this machine, as here; the room's own tests ask from elsewhere
    *public("GET /langue/{code}", where={"code": "fr"}),
    *public("GET /api/v1/towns/{code}", where={"code": "18033"}),
    *public("GET /api/v1/compass", query="nature=supplies&amount_ht=1000"),
    # a need matched: open to all, kept for who acts for an organisation; a read-only key keeps nothing, so it asks on the page
    Line("POST /api/v1/matches", ok="all", anonymous=200, asks=True, body={"need": "éclairage"}),
    # signing in: a wrong password is refused alike for all
    Line("POST /api/v1/sessions", no="all", anonymous=403, body=SIGN_IN, among="anonymous a.agent"),
    Line("POST /connexion", ok="all", body=SIGN_IN, invalid=True, among="anonymous a.agent"),
    Line("DELETE /api/v1/sessions/current", ok="all"),
    Line("POST /deconnexion", ok="all"),
    Line("GET /api/v1/me", ok="signed_in"),
    Line("GET /api/v1/me/organisations", ok="signed_in"),
    Line("GET /compte", ok="signed_in"),
    Line("GET /compte/avis", ok="signed_in"),
    Line("GET /api/v1/my/notices", ok="signed_in"),
    # a key acts for its organisation and changes nothing of that; a session acts for the person's organisations only
    Line("PUT /api/v1/me/organisation", else_=401, body={"organisation_id": "{organisation_id}"}),
    Line("POST /compte/organisation", ok="a.* two.c", body={"organisation_id": "{organisation_id}"}),
    # API keys
    Line("GET /api/v1/api-keys", ok="signed_in"),
    Line("POST /api/v1/api-keys", ok="signed_in", body={"name": "x", "scope": "read"}),
    Line("DELETE /api/v1/api-keys/{key_id}", ok="a.admin", no="a.* -a.admin", anonymous=404),
    Line("GET /organisation/cles", ok="signed_in"),
    Line("POST /organisation/cles", ok="signed_in", body={"name": "x", "scope": "read"}),
    Line("POST /organisation/cles/{key_id}/revocation", ok="a.admin", no="a.* -a.admin", anonymous=404),
    # demo mode
    *public("GET /api/v1/demo/clock", "GET /demo/horloge", "GET /demo/courriels"),
    Line("GET /demo/courriels/{name}", where={"name": "rien"}, anonymous=404),
    Line("POST /api/v1/demo/clock", ok="all", body={"days": 1}),
    Line("POST /demo/horloge", ok="all", body={"days": "1"}),
]  # fmt: skip
