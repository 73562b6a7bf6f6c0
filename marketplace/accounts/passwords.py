"""Passwords: argon2id in a thread, a few at a time (each holds 64 MiB)."""

import asyncio

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

_hasher = PasswordHash((Argon2Hasher(),))
_at_once = asyncio.Semaphore(2)
_NOBODY = _hasher.hash("nobody has this password")
"""Verified when the account is unknown, so that the answer takes as long."""


async def hashed(password: str) -> str:
    """The argon2id hash of `password`."""
    async with _at_once:
        return await asyncio.to_thread(_hasher.hash, password)


async def verify(password: str, password_hash: str | None) -> bool:
    """Whether `password` is the one. Takes as long for an account that does not exist."""
    async with _at_once:
        found = await asyncio.to_thread(_hasher.verify, password, password_hash or _NOBODY)
    return found and password_hash is not None
