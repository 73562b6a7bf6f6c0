"""Passwords, codes, passkeys, sessions and ProConnect: a person's own, asked for by their session."""

from tests.matrix.notation import Line, public

FEW = "anonymous a.agent supervisor"
"""A password's check takes its time."""
STRONG = "trente-deux lampadaires et un canard"
CREDENTIAL = {"challenge_id": "{session_id}", "credential": {"id": "x"}}


def own(*routes: str, **more: object) -> list[Line]:
    """Pages and operations about oneself: everybody who has a session."""
    given = {"on": "device", "ok": "signed_in"} | more
    return [Line(route, session=True, **given) for route in routes]


LINES = [
    *public("GET /mot-de-passe-oublie", "GET /connexion/code"),
    Line("POST /connexion/code", ok="all", body={"code": "000000"}, invalid=True),
    Line("POST /mot-de-passe-oublie", ok="all", body={"email": "personne@exemple.test"}),
    Line("POST /api/v1/password-resets", ok="all", body={"email": "personne@exemple.test"}),
    *(Line(route, where={"token": "rien"}, anonymous=404, body=body, among=FEW) for route, body in (
        ("GET /mot-de-passe/{token}", None), ("POST /mot-de-passe/{token}", {"password": STRONG}),
        ("POST /api/v1/password-resets/{token}", {"password": STRONG}),
    )),
    Line("POST /api/v1/sessions/second-factor", else_=401, body={"code": "000000"}),
    Line("POST /api/v1/sessions/passkey-options", ok="all"),
    Line("POST /api/v1/sessions/passkey", on="device", no="all", anonymous=403, body=CREDENTIAL, mixed=False),
    # ProConnect, which this instance does not have
    *(Line(f"{route}", anonymous=404, among=FEW) for route in (
        "GET /connexion/proconnect", "GET /connexion/proconnect/lien", "GET /connexion/proconnect/retour", "POST /connexion/proconnect/lien",
    )),
    *public("GET /connexion/proconnect/deconnecte"),
    Line("GET /connexion/proconnect/organisation", ok="signed_in"),
    # one's own account
    *own("GET /api/v1/sessions", "GET /api/v1/me/passkeys", "GET /api/v1/me/second-factor", "GET /compte/securite",
         "GET /compte/mot-de-passe", "GET /compte/adresse", "GET /compte/securite/codes", "GET /compte/confirmer"),
    *own("DELETE /api/v1/sessions/others", "POST /compte/securite/sessions/autres/fin", "POST /api/v1/me/second-factor",
         "POST /compte/securite/codes", "POST /api/v1/me/passkeys/options",
         "POST /api/v1/me/recovery-codes", "POST /compte/securite/codes-de-secours", "DELETE /api/v1/me/second-factor",
         "POST /compte/securite/codes/retrait"),
    *own("POST /api/v1/me/second-factor/confirmation", "POST /compte/securite/codes/confirmation", body={"code": "000000"}, invalid=True),
    *own("PUT /api/v1/me/password", "POST /compte/mot-de-passe", body={"current": "rien", "password": STRONG}, invalid=True, among=FEW),
    *own("POST /api/v1/me/email", "POST /compte/adresse", body={"email": "autre@exemple.test", "password": "rien"}, invalid=True, among=FEW),
    *own("POST /api/v1/me/proof", "POST /compte/confirmer", body={"password": "rien"}, invalid=True, among=FEW),
    *own("POST /api/v1/me/email/{token}", "GET /compte/adresse/{token}", "POST /compte/adresse/{token}", ok="", where={"token": "rien"}),
    *own("POST /api/v1/me/proof/passkey-options", ok="a.agent"),
    *own("POST /api/v1/me/passkeys", ok="", no="signed_in", body=CREDENTIAL | {"name": "x"}, mixed=False),
    *own("POST /api/v1/me/proof/passkey", ok="", no="signed_in", body=CREDENTIAL, mixed=False),
    *own("DELETE /api/v1/sessions/{session_id}", "POST /compte/securite/sessions/{session_id}/fin",
         "DELETE /api/v1/me/passkeys/{passkey_id}", "POST /compte/securite/cles/{passkey_id}/retrait", ok="a.agent"),
]  # fmt: skip
