"""An endpoint's secret: `whsec_` and 32 random bytes in base64, kept encrypted.

The key is derived from `WEB_SECRET` and the endpoint's id by BLAKE2b: a copied row opens nothing, and the database or its
backups alone open nothing. With another `WEB_SECRET` the secrets are lost, and must be renewed.
"""

import base64
import hashlib
import secrets
from uuid import UUID

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

PREFIX = "whsec_"


class SecretLost(Exception):
    """It was sealed with another `WEB_SECRET`, or altered."""


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def seal(web_secret: str, endpoint_id: UUID, secret: str) -> bytes:
    """`secret`, as it is kept."""
    return bytes(_box(web_secret, endpoint_id).encrypt(secret.encode()))


def unseal(web_secret: str, endpoint_id: UUID, sealed: bytes) -> str:
    """The secret that `seal` kept. Raises `SecretLost`."""
    try:
        return _box(web_secret, endpoint_id).decrypt(sealed).decode()
    except CryptoError as error:
        raise SecretLost from error


def _box(web_secret: str, endpoint_id: UUID) -> SecretBox:
    master = hashlib.blake2b(web_secret.encode()).digest()
    return SecretBox(
        hashlib.blake2b(endpoint_id.bytes, key=master, digest_size=32, person=b"lc-webhook").digest()
    )
