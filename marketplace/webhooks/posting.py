"""One try: sign, send through the guard, and say what came of it. No database here."""

import asyncio
import json
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import httpx
from standardwebhooks.webhooks import Webhook

from marketplace.db import Json
from marketplace.webhooks.guard import AddressRefused, Guard, NotPublic, read
from marketplace.words import N_

TOTAL_SECONDS = 10.0
ANSWER_LIMIT = 64 * 1024
EXCERPT = 1024


class Failure(StrEnum):
    """What went wrong, when there is no good answer."""

    STATUS = "status"
    REDIRECT = "redirect"
    ADDRESS = "address"
    TLS = "tls"
    CONNECTION = "connection"
    TIMEOUT = "timeout"
    INTERRUPTED = "interrupted"
    SECRET = "secret"  # noqa: S105  a failure, not a secret


FAILURE_NAMES = {
    Failure.STATUS: N_("le serveur n’a pas répondu par un code 2xx"),
    Failure.REDIRECT: N_("le serveur redirige ailleurs : nous ne suivons aucune redirection"),
    Failure.ADDRESS: N_("l’adresse ne mène pas à une machine publique d’Internet"),
    Failure.TLS: N_("le certificat du serveur n’est pas valable pour ce nom"),
    Failure.CONNECTION: N_("la connexion a échoué"),
    Failure.TIMEOUT: N_("le serveur n’a pas répondu en dix secondes"),
    Failure.INTERRUPTED: N_("notre envoi a été interrompu ; nous l’avons repris"),
    Failure.SECRET: N_("le secret n’est plus lisible : renouvelez-le"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one try. `failure` None: it was received."""

    failure: Failure | None
    status: int | None = None
    milliseconds: int = 0
    excerpt: str = ""


def body_of(payload: Json) -> bytes:
    """The bytes that are signed and sent."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def signed_headers(message_id: str, body: bytes, secrets: Sequence[str], *, at: datetime) -> dict[str, str]:
    """The three headers of the Standard Webhooks specification, with one signature a secret."""
    signatures = [Webhook(secret).sign(message_id, at, body.decode()) for secret in secrets]
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


async def post(guard: Guard, url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Send once, in `TOTAL_SECONDS` at most. Never raises for what the other side does."""
    started = time.perf_counter()
    failure, status, excerpt = None, None, b""
    try:
        read(url, private=guard.private)
        async with (
            asyncio.timeout(TOTAL_SECONDS),
            guard.client() as client,
            client.stream("POST", url, content=body, headers=headers) as answer,
        ):
            status = answer.status_code
            failure = _verdict(status)
            async for part in answer.aiter_raw():
                excerpt += part
                if len(excerpt) >= ANSWER_LIMIT:
                    break
    except (AddressRefused, NotPublic):
        failure = Failure.ADDRESS
    except (TimeoutError, httpx.TimeoutException):
        failure = Failure.TIMEOUT
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        failure = Failure.TLS if _is_tls(error) else Failure.CONNECTION
    return Answer(
        failure=failure,
        status=status,
        milliseconds=round((time.perf_counter() - started) * 1000),
        excerpt=_readable(excerpt[:EXCERPT]),
    )


def _verdict(status: int) -> Failure | None:
    if 200 <= status < 300:
        return None
    return Failure.REDIRECT if 300 <= status < 400 else Failure.STATUS


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _readable(part: bytes) -> str:
    """Text that a page and PostgreSQL can hold."""
    text = part.decode("utf-8", "replace")
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)
