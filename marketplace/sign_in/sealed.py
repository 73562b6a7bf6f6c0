"""Small things shut with a key made from the instance's secret: what a browser carries for us, what is kept of a provider.

Whoever holds the database or the browser alone reads nothing in them and changes nothing.
"""

import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from nacl.exceptions import CryptoError

from marketplace import derived_keys


def seal(secret: str, purpose: str, value: dict[str, Any], *, lifetime: int | None = None) -> str:
    """`value`, shut for one `purpose`, for `lifetime` seconds if it is given. `secret` is `WEB_SECRET`."""
    until = None if lifetime is None else time.time() + lifetime
    return urlsafe_b64encode(
        derived_keys.box(secret, purpose).encrypt(json.dumps([until, value]).encode())
    ).decode()


def unseal(secret: str, purpose: str, sealed: str) -> dict[str, Any] | None:
    """What `seal` shut for the same purpose, or None for anything else and for what has expired."""
    try:
        until, value = json.loads(
            derived_keys.box(secret, purpose).decrypt(urlsafe_b64decode(sealed.encode()))
        )
    except (CryptoError, ValueError):
        return None
    found: dict[str, Any] = value
    return found if until is None or time.time() < until else None
