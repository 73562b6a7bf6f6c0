"""Keys derived from `WEB_SECRET`, one a person and a purpose: what is kept in the database is worth nothing without it."""

import hashlib

from nacl.secret import SecretBox

from marketplace.ids import PersonId


def derived(secret: str, purpose: str, person_id: PersonId) -> bytes:
    """32 bytes that nobody finds without `secret`, different for each purpose and person (BLAKE2b, keyed)."""
    root = hashlib.blake2b(secret.encode(), digest_size=32, person=b"lotcommun").digest()
    return hashlib.blake2b(purpose.encode() + b"|" + person_id.bytes, key=root, digest_size=32).digest()


def box(secret: str, purpose: str, person_id: PersonId) -> SecretBox:
    """What seals and opens a person's secret of one purpose."""
    return SecretBox(derived(secret, purpose, person_id))
