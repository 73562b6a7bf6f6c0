"""Keys derived from `WEB_SECRET`, one a purpose and an owner: what is kept or carried is worth nothing without it.

A row copied to another owner, or used for another purpose, opens nothing. With another `WEB_SECRET` all of it is lost.
"""

import hashlib

from nacl.secret import SecretBox


def derived(secret: str, purpose: str, owner: bytes = b"") -> bytes:
    """32 bytes that nobody finds without `secret`, different for each purpose and owner (BLAKE2b, keyed)."""
    root = hashlib.blake2b(secret.encode(), digest_size=32, person=b"lotcommun").digest()
    return hashlib.blake2b(purpose.encode() + b"|" + owner, key=root, digest_size=32).digest()


def box(secret: str, purpose: str, owner: bytes = b"") -> SecretBox:
    """What seals and opens things of one purpose, for one owner."""
    return SecretBox(derived(secret, purpose, owner))
