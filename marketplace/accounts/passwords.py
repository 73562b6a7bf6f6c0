"""Passwords: argon2id in a thread, a few at a time (each holds 64 MiB), and what makes one strong enough.

CNIL, délibération n° 2022-100 du 21 juillet 2022: strength may be measured by how easily a password is guessed, common
ones are refused, and nobody is made to change theirs periodically.
"""

import asyncio
import re
from collections.abc import Collection

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from zxcvbn import zxcvbn

from marketplace.errors import Invalid, wrong
from marketplace.words import N_

SHORTEST, LONGEST = 12, 200
STRONG_ENOUGH = 4
"""zxcvbn's score, from 0 to 4: beyond 10¹⁰ guesses. At 3, twelve letters along a French keyboard would do."""
MEASURED = 72
"""What zxcvbn accepts to measure; it refuses more with a ValueError."""

FRENCH = (
    "azerty", "azertyuiop", "qsdfghjklm", "wxcvbn", "motdepasse", "passe", "bonjour", "soleil", "doudou", "loulou", "chouchou",
    "coucou", "jetaime", "nicolas", "camille", "marseille", "france", "mairie", "commune", "ville", "secret", "lotcommun",
)  # fmt: skip
"""What zxcvbn's lists, made from English, do not know."""

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


def check_strength(password: str, *, words: Collection[str]) -> None:
    """Raise `Invalid` about the field `password` when it is too short, too long, or easily guessed.

    `words`: what somebody who knows the person would try first (their address, their name, their organisation); the lists of
    common passwords and words are zxcvbn's own, in its package.
    """
    if len(password) < SHORTEST:
        sentence, code = (
            N_("Écrivez {least} caractères au moins, par exemple quatre mots sans rapport entre eux."),
            "short",
        )
    elif len(password) > LONGEST:
        sentence, code = N_("Écrivez {most} caractères au plus."), "long"
    elif _score(password, [*_parts(words), *FRENCH]) < STRONG_ENOUGH:
        sentence, code = (
            N_(
                "Ce mot de passe se devine trop facilement : il est courant, répété, ou fait de votre nom ou de votre organisation. "
                "Prenez plutôt quatre mots sans rapport entre eux."
            ),
            "guessable",
        )
    else:
        return
    raise Invalid([wrong("password", sentence, code=code, least=SHORTEST, most=LONGEST)])


def _score(password: str, words: list[str]) -> int:
    """How hard it is to guess, from 0 to 4. What separates words hides them from zxcvbn, so it is measured without, too."""
    bare = re.sub(r"[\s._'’-]+", "", password) or password
    return min(int(zxcvbn(typed[:MEASURED], user_inputs=words)["score"]) for typed in (password, bare))


def _parts(words: Collection[str]) -> list[str]:
    """The words whole, and what they are made of."""
    parts = {part.lower() for word in words for part in (word, *re.split(r"[^\w]+", word)) if len(part) > 2}
    return sorted(parts)
