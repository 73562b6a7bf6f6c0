"""ProConnect's protocol: OpenID Connect's authorization code flow, seen from the site that asks.

Everything that arrives is checked before it is believed: the signature with the one algorithm that was agreed, issuer,
audience, instants, nonce, the hash of the access token; userinfo, a signed JWT of its own, likewise, and for the same
subject. What does not hold is `AnswerRefused`, and the reason goes to the log; a provider that does not answer is `NoAnswer`.
ProConnect refuses any parameter that it does not know (Y000400), so nothing more is sent than its documentation lists.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import math
import ssl
import time
from dataclasses import dataclass
from typing import Any, Self, TypeGuard
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, OctKey

from marketplace import logs
from marketplace.errors import Forbidden, Unavailable
from marketplace.settings import ProConnectSettings, needed
from marketplace.words import N_

CALLBACK = "/connexion/proconnect/retour"
SIGNED_OUT = "/connexion/proconnect/deconnecte"
PATIENCE = 10
"""Seconds for one answer of the provider; the code it gives lives thirty."""
LEEWAY = 30
"""Seconds by which the provider's clock and ours may differ."""
FRESH = 600
"""Seconds since an identity token was made; one for a sign-in of now is younger."""
KNOWN_FOR = 3600
"""Seconds for which the provider's document and keys are not asked for again."""
LEFT_ALONE = 5
"""Seconds for which a provider whose document did not come is not asked again: nobody queues behind a silence."""
BIGGEST = 256 * 1024

log = logs.logger(__name__)


class NoAnswer(Unavailable):
    code = "proconnect_no_answer"
    sentence = N_(
        "ProConnect ne répond pas. Réessayez dans quelques minutes, ou connectez-vous avec votre mot de passe."
    )


class AnswerRefused(Forbidden):
    code = "proconnect_answer_refused"
    sentence = N_(
        "La réponse de ProConnect n’a pas pu être vérifiée : vous n’êtes pas connecté. Recommencez ; si cela se répète, "
        "prévenez l’exploitant du site."
    )


class GivenUp(Forbidden):
    code = "proconnect_given_up"
    sentence = N_("La connexion avec ProConnect n’est pas allée à son terme : rien n’a été changé.")


class AttemptOver(Forbidden):
    code = "proconnect_attempt_over"
    sentence = N_(
        "Cette connexion a expiré, a déjà servi ou a commencé dans un autre navigateur. Recommencez-la ici."
    )


@dataclass(frozen=True, slots=True)
class Asserted:
    """What the provider says of the person who signed in. `email` is None when the provider does not vouch for it."""

    issuer: str
    subject: str
    email: str | None
    name: str
    siret: str | None
    id_token: str


class ProConnect:
    """The provider, as this process knows it: its document and its keys are kept an hour, its keys until an unknown one."""

    def __init__(
        self, issuer: str, client_id: str, client_secret: str, *, algorithm: str, scopes: str, pkce: bool, site: str
    ) -> None:  # fmt: skip
        self.issuer, self.client_id, self.algorithm, self.scopes = issuer, client_id, algorithm, scopes
        self._secret, self._wants_pkce = client_secret, pkce
        self._callback, self._signed_out = site.rstrip("/") + CALLBACK, site.rstrip("/") + SIGNED_OUT
        self._document: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._silent_at = -math.inf
        self._one_at_a_time = asyncio.Lock()
        self._tls: ssl.SSLContext | None = None

    @classmethod
    def from_settings(cls, settings: ProConnectSettings, *, site: str) -> Self | None:
        """The provider of the settings, or None when none is set. Raises `Invalid` for settings by halves."""
        if settings.issuer is None:
            return None
        return cls(
            settings.issuer, needed(settings.client_id, "PROCONNECT_CLIENT_ID"),
            needed(settings.client_secret, "PROCONNECT_CLIENT_SECRET").get_secret_value(),
            algorithm=settings.algorithm, scopes=settings.scopes, pkce=settings.pkce, site=site,
        )  # fmt: skip

    async def authorization(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser. Raises `NoAnswer`."""
        document = await self._found()
        asked = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": self._callback, "scope": self.scopes,
            "state": state, "nonce": nonce, "claims": '{"id_token":{"amr":{"essential":true}}}',
        }  # fmt: skip
        if self._pkce(document):
            asked |= {
                "code_challenge": _unpadded(hashlib.sha256(verifier.encode()).digest()),
                "code_challenge_method": "S256",
            }
        return _with_query(document["authorization_endpoint"], asked)

    async def refuse_other_issuer(self, given: str | None) -> None:
        """The mix-up of two providers (RFC 9207): an answer names its issuer, always when the provider says that it does."""
        promised = (await self._found()).get("authorization_response_iss_parameter_supported") is True
        if given != self.issuer and (promised or given is not None):
            raise _refused("issuer of the answer", given)

    async def asserted(self, *, code: str, nonce: str, verifier: str) -> Asserted:
        """Whom the provider vouches for by `code`. Raises `AnswerRefused`, `AttemptOver`, `NoAnswer`."""
        document = await self._found()
        tokens = await self._exchange(document, code, verifier)
        id_token, access_token = str(tokens["id_token"]), str(tokens["access_token"])
        claims = await self._verified(id_token)
        self._check_identity(claims, nonce=nonce, access_token=access_token)
        said = await self._userinfo(document, access_token)
        if said.get("sub") != claims["sub"]:
            raise _refused("userinfo of another subject", said.get("sub"))
        return Asserted(
            issuer=self.issuer, subject=claims["sub"], email=_email(said), name=_name(said), siret=_siret(said),
            id_token=id_token,
        )  # fmt: skip

    async def sign_out_address(self, *, id_token: str, state: str) -> str | None:
        """Where the browser ends the provider's own session, or None when it cannot be known now."""
        try:
            end = (await self._found()).get("end_session_endpoint")
        except NoAnswer:
            return None
        hint = {"id_token_hint": id_token, "post_logout_redirect_uri": self._signed_out, "state": state}
        return _with_query(end, hint) if isinstance(end, str) and self._trusted(end) else None

    # the provider's document and keys

    async def _found(self) -> dict[str, Any]:
        async with self._one_at_a_time:
            now = time.monotonic()
            old = self._document is None or now - self._document[0] > KNOWN_FOR
            if old and now - self._silent_at > LEFT_ALONE:
                try:
                    self._document = (now, await self._discovered())
                except NoAnswer:
                    self._silent_at = time.monotonic()
            if self._document is None:
                raise NoAnswer
            return self._document[1]

    async def _discovered(self) -> dict[str, Any]:
        where = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
        status, _, body = await self._asked("GET", where)
        document = _object(body)
        endpoints = [
            document.get(name)
            for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
        ]
        if (
            status != 200
            or document.get("issuer") != self.issuer
            or not all(isinstance(place, str) and self._trusted(place) for place in endpoints)
        ):
            log.warning("proconnect_document_unusable", status=status, issuer=document.get("issuer"))
            raise NoAnswer
        return document

    async def _known_keys(self, *, anew: bool = False) -> KeySet:
        if anew or self._keys is None or time.monotonic() - self._keys[0] > KNOWN_FOR:
            status, _, body = await self._asked("GET", (await self._found())["jwks_uri"])
            try:
                keys = [key for key in _object(body)["keys"] if key.get("use", "sig") == "sig"]
                if status != 200:
                    raise NoAnswer
                self._keys = (time.monotonic(), KeySet.import_key_set({"keys": keys}))
            except (KeyError, TypeError, AttributeError, ValueError, JoseError) as error:
                log.warning("proconnect_keys_unusable", cause=repr(error))
                raise NoAnswer from error
        return self._keys[1]

    def _trusted(self, address: str) -> bool:
        """An address of the provider's document: encrypted as the issuer is, and fit for a header."""
        return (
            address.isascii()
            and address.isprintable()
            and _scheme(address) in {"https", _scheme(self.issuer)}
        )

    def _pkce(self, document: dict[str, Any]) -> bool:
        return self._wants_pkce and "S256" in (document.get("code_challenge_methods_supported") or ())

    # what it answers

    async def _exchange(self, document: dict[str, Any], code: str, verifier: str) -> dict[str, Any]:
        given = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self._callback,
            "client_id": self.client_id, "client_secret": self._secret,
        }  # fmt: skip
        if self._pkce(document):
            given["code_verifier"] = verifier
        status, _, body = await self._asked("POST", document["token_endpoint"], data=given)
        answer = _object(body)
        if status != 200:
            if answer.get("error") == "invalid_grant":
                raise AttemptOver
            raise _refused("token endpoint", status, answer.get("error"))
        if str(answer.get("token_type", "")).lower() != "bearer" or not all(
            isinstance(answer.get(name), str) for name in ("id_token", "access_token")
        ):
            raise _refused("form of the tokens")
        return answer

    async def _verified(self, token: str) -> dict[str, Any]:
        """The claims of a token signed by the provider, for us. Raises `AnswerRefused`."""
        try:
            claims = await self._signed(token)
        except (JoseError, ValueError) as error:
            raise _refused("signature", repr(error)) from error
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        authorized = claims.get("azp", None if len(audiences) > 1 else self.client_id)
        if claims.get("iss") != self.issuer:
            raise _refused("issuer", claims.get("iss"))
        if self.client_id not in audiences or authorized != self.client_id:
            raise _refused("audience", audience, claims.get("azp"))
        if not _printable(claims.get("sub")):
            raise _refused("subject")
        return claims

    async def _signed(self, token: str) -> dict[str, Any]:
        if self.algorithm.startswith("HS"):
            return dict(
                jwt.decode(token, OctKey.import_key(self._secret), algorithms=[self.algorithm]).claims
            )
        try:
            return dict(jwt.decode(token, await self._known_keys(), algorithms=[self.algorithm]).claims)
        except InvalidKeyIdError:  # the provider may have changed its keys since we read them
            keys = await self._known_keys(anew=True)
            return dict(jwt.decode(token, keys, algorithms=[self.algorithm]).claims)

    def _check_identity(self, claims: dict[str, Any], *, nonce: str, access_token: str) -> None:
        now = time.time()
        expires, made = claims.get("exp"), claims.get("iat")
        if not _number(expires) or not now < expires + LEEWAY:
            raise _refused("expired", expires)
        if not _number(made) or not now - FRESH < made < now + LEEWAY:
            raise _refused("instant", made)
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise _refused("nonce")
        # every algorithm we may agree upon hashes by SHA-256
        half = _unpadded(hashlib.sha256(access_token.encode()).digest()[:16])
        if "at_hash" in claims and claims["at_hash"] != half:
            raise _refused("at_hash")

    async def _userinfo(self, document: dict[str, Any], access_token: str) -> dict[str, Any]:
        """Signed, as ProConnect answers; or plain, as other providers do, over the connection we opened to it."""
        status, kind, body = await self._asked(
            "GET", document["userinfo_endpoint"], headers={"Authorization": f"Bearer {access_token}"}
        )
        if status != 200:
            raise _refused("userinfo", status)
        if kind == "application/jwt":
            claims = await self._verified(body.decode("ascii", errors="replace").strip())
            expires = claims.get("exp")
            if expires is not None and not (_number(expires) and time.time() < expires + LEEWAY):
                raise _refused("userinfo expired", expires)
            return claims
        if kind == "application/json":
            return _object(body)
        raise _refused("form of userinfo", kind)

    async def _asked(self, method: str, address: str, **sent: Any) -> tuple[int, str, bytes]:
        """Status, media type and body of one answer. Raises `NoAnswer`; never follows a redirect."""
        self._tls = self._tls or httpx.create_ssl_context()
        body = bytearray()
        try:
            async with (
                asyncio.timeout(PATIENCE),
                httpx.AsyncClient(verify=self._tls, timeout=PATIENCE) as http,
                http.stream(method, address, **sent) as answer,
            ):
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > BIGGEST:
                        raise NoAnswer
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            log.warning("proconnect_no_answer", cause=repr(error), address=address)
            raise NoAnswer from error
        if answer.status_code >= 500 or answer.status_code == 429:
            log.warning("proconnect_no_answer", status=answer.status_code, address=address)
            raise NoAnswer
        return (
            answer.status_code,
            answer.headers.get("content-type", "").partition(";")[0].strip().lower(),
            bytes(body),
        )


def _scheme(address: str) -> str:
    try:
        return urlsplit(address).scheme
    except ValueError:
        return ""


def _refused(what: str, *facts: object) -> AnswerRefused:
    log.warning("proconnect_answer_refused", what=what, facts=[str(fact)[:200] for fact in facts])
    return AnswerRefused()


def _object(body: bytes) -> dict[str, Any]:
    """A JSON object; an empty one for anything else, which then lacks what is needed."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _printable(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 255 and value.isprintable()


def _email(said: dict[str, Any]) -> str | None:
    """The address the provider vouches for: one that it says it did not verify is none."""
    address = said.get("email")
    if not _printable(address) or said.get("email_verified", True) is not True:
        return None
    return str(address).strip().lower()


def _name(said: dict[str, Any]) -> str:
    parts = [said.get("given_name"), said.get("usual_name") or said.get("family_name")]
    known = [str(part).strip() for part in parts if _printable(part)]
    name = " ".join(known) or str(said.get("email", "")).partition("@")[0]
    return "".join(character for character in name if character.isprintable())[:200]


def _siret(said: dict[str, Any]) -> str | None:
    digits = str(said.get("siret", "")).replace(" ", "")
    return digits if len(digits) == 14 and digits.isascii() and digits.isdigit() else None


def _with_query(address: str, query: dict[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"


def _unpadded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
