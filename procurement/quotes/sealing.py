"""Sealed offers: a key pair a consultation, offers encrypted to its public key, its private key wrapped by `SEAL_KEY`.

X25519 sealed boxes and XSalsa20-Poly1305 (libsodium). What is sealed is padded, so that its length says nothing, and
names its consultation and depositor, so that ciphertexts cannot be swapped between rows.
"""

import base64
import binascii
import json
from typing import Any
from uuid import UUID

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

BLOCK = 8192


class SealBroken(Exception):
    """The offer cannot be opened, or is not the one that was deposited here."""


class BadSealKey(Exception):
    """`SEAL_KEY` is missing or is not 32 bytes in base64."""


def new_keys(seal_key: str | None) -> tuple[bytes, bytes]:
    """A public key, and its private key wrapped. Raises `BadSealKey`."""
    private = PrivateKey.generate()
    return bytes(private.public_key), bytes(_box(seal_key).encrypt(bytes(private)))


def seal(public_key: bytes, content: dict[str, Any], *, consultation_id: UUID, startup_id: UUID) -> bytes:
    """`content` as ciphertext that only the consultation's private key opens."""
    enclosed = {"consultation": str(consultation_id), "startup": str(startup_id), "content": content}
    text = json.dumps(enclosed, ensure_ascii=False).encode()
    padded = text + b" " * (-len(text) % BLOCK)
    return SealedBox(PublicKey(public_key)).encrypt(padded)


def unseal(
    wrapped_key: bytes, seal_key: str | None, ciphertext: bytes, *, consultation_id: UUID, startup_id: UUID
) -> dict[str, Any]:
    """The content that was sealed. Raises `SealBroken`, or `BadSealKey` when the wrapping key is not the right one."""
    try:
        private = PrivateKey(_box(seal_key).decrypt(wrapped_key))
    except CryptoError as error:
        raise BadSealKey("SEAL_KEY does not open this consultation's key") from error
    try:
        enclosed = json.loads(SealedBox(private).decrypt(ciphertext))
    except (CryptoError, ValueError) as error:
        raise SealBroken from error
    if enclosed["consultation"] != str(consultation_id) or enclosed["startup"] != str(startup_id):
        raise SealBroken
    content: dict[str, Any] = enclosed["content"]
    return content


def unwraps(wrapped_key: bytes, seal_key: str) -> bool:
    """Whether `seal_key` is the one that a consultation's key was wrapped with."""
    try:
        _box(seal_key).decrypt(wrapped_key)
    except (CryptoError, BadSealKey):
        return False
    return True


def _box(seal_key: str | None) -> SecretBox:
    try:
        key = base64.b64decode(seal_key or "", validate=True)
    except binascii.Error:
        key = b""
    if len(key) != SecretBox.KEY_SIZE:
        raise BadSealKey("SEAL_KEY must be 32 bytes in base64")
    return SecretBox(key)
