"""A provider that lies in one way at a time: what no honest one would let a test make it say. Keys of its own, real HTTP."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey

CLIENT, SECRET = "lot-commun-essai", "un-secret-partage-de-32-octets-au-moins"


class HostileProvider:
    """Honest until told otherwise: `id_claims` and `userinfo_claims` replace (or, with None, remove) what is said."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.keys = [RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)]
        self.behave()

    def behave(self) -> None:
        """Forget every lie."""
        self.signing: Any = self.keys[-1]
        self.header: dict[str, Any] = {"alg": "RS256"}
        self.nonce = ""
        self.id_claims: dict[str, Any] = {}
        self.userinfo_claims: dict[str, Any] = {}
        self.document: dict[str, Any] = {}
        self.tokens: dict[str, Any] = {}
        self.id_token: str | None = None
        self.userinfo: bytes | None = None
        self.userinfo_type = "application/jwt"
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.redirects: dict[str, str] = {}
        self.slow = 0.0
        self.calls: list[str] = []
        self.sent: dict[str, str] = {}

    def rotate(self) -> None:
        """A new key alone from now on."""
        self.keys = [RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)]
        self.signing = self.keys[-1]

    def signed(self, claims: dict[str, Any], key: Any = None, **header: Any) -> str:
        key = key or self.signing
        head = {"kid": getattr(key, "kid", None)} | self.header | header
        head = {name: value for name, value in head.items() if value is not None}
        if head["alg"] == "none":
            return f"{_b64(json.dumps(head).encode())}.{_b64(json.dumps(claims).encode())}."
        if isinstance(key, bytes):  # a secret that the library itself refuses to take for one
            start = f"{_b64(json.dumps(head).encode())}.{_b64(json.dumps(claims).encode())}"
            return f"{start}.{_b64(hmac.digest(key, start.encode(), 'sha256'))}"
        return jws.serialize_compact(head, json.dumps(claims), key, algorithms=[head["alg"]])

    def identity(self) -> dict[str, Any]:
        now = int(time.time())
        honest = {
            "iss": self.issuer, "aud": CLIENT, "sub": "quelquun", "iat": now, "exp": now + 60, "nonce": self.nonce,
            "at_hash": _b64(hashlib.sha256(b"un-jeton").digest()[:16]),
        }  # fmt: skip
        return {name: value for name, value in (honest | self.id_claims).items() if value is not None}

    def person(self) -> dict[str, Any]:
        now = int(time.time())
        honest = {
            "iss": self.issuer, "aud": CLIENT, "sub": "quelquun", "iat": now, "exp": now + 60,
            "email": "quelquun@vierzon.exemple", "given_name": "Quelqu’un", "usual_name": "Là", "siret": "21180279800015",
        }  # fmt: skip
        return {name: value for name, value in (honest | self.userinfo_claims).items() if value is not None}

    def answer(self, path: str) -> tuple[int, str, bytes]:
        if path in self.answers:
            status, body = self.answers[path]
            return status, "application/json", body
        match path:
            case "/.well-known/openid-configuration":
                found: dict[str, Any] = {
                    "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token", "userinfo_endpoint": f"{self.issuer}/userinfo",
                    "jwks_uri": f"{self.issuer}/jwks", "end_session_endpoint": f"{self.issuer}/end",
                } | self.document  # fmt: skip
            case "/jwks":
                found = {"keys": [key.as_dict(private=False) for key in self.keys]}
            case "/token":
                found = {
                    "token_type": "Bearer", "access_token": "un-jeton", "expires_in": 60,
                    "id_token": self.id_token or self.signed(self.identity()),
                } | self.tokens  # fmt: skip
            case "/userinfo":
                body = self.userinfo if self.userinfo is not None else self.signed(self.person()).encode()
                return 200, self.userinfo_type, body
            case _:
                return 404, "application/json", b"{}"
        return 200, "application/json", json.dumps(found).encode()


@contextmanager
def hostile_provider() -> Iterator[HostileProvider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.calls.append(self.path)
            time.sleep(provider.slow)
            if self.path in provider.redirects:
                self.send_response(302)
                self.send_header("Location", provider.redirects[self.path])
                self.end_headers()
                return
            status, kind, body = provider.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            provider.sent = {name: values[0] for name, values in parse_qs(body).items()}
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """In silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider = HostileProvider(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def other_key() -> RSAKey:
    return RSAKey.generate_key(2048)


def curve_key() -> ECKey:
    return ECKey.generate_key("P-256")


def shared_secret(value: str) -> OctKey:
    return OctKey.import_key(value)


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
