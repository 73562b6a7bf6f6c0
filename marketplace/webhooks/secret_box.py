"""An endpoint's secret: `whsec_` and 32 random bytes in base64, kept encrypted.

See `marketplace.derived_keys`. With another `WEB_SECRET` the secrets are lost, and must be renewed.
"""

import base64
import secrets
from uuid import UUID

from nacl.exceptions import CryptoError

from marketplace import derived_keys

PREFIX = "whsec_"


class SecretLost(Exception):
    """It was sealed with another `WEB_SECRET`, or altered."""


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def seal(web_secret: str, endpoint_id: UUID, secret: str) -> bytes:
    """`secret`, as it is kept."""
    return bytes(derived_keys.box(web_secret, "webhook", endpoint_id.bytes).encrypt(secret.encode()))


def unseal(web_secret: str, endpoint_id: UUID, sealed: bytes) -> str:
    """The secret that `seal` kept. Raises `SecretLost`."""
    try:
        return derived_keys.box(web_secret, "webhook", endpoint_id.bytes).decrypt(sealed).decode()
    except CryptoError as error:
        raise SecretLost from error
