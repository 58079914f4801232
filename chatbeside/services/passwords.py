"""Passwords: what they must be (NIST SP 800-63B) and how they are kept (argon2id, RFC 9106)."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import Final, TypeVar

from passlib.context import CryptContext
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from chatbeside.domain.errors import TooMany

PASSWORD_MIN: Final = 8
PASSWORD_MAX: Final = 128
_WAITING_PER_THREAD: Final = 16
_COMMON = frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= PASSWORD_MIN)
_OWN_PART_MIN: Final = 4
_Result = TypeVar("_Result")


def password_problem(password: str, *, username: str = "", email: str = "") -> str | None:
    """Return what is wrong with a new password, in words for the person, or ``None``.

    Args:
        password: The password as typed. Its length counts in characters; nothing is cut off.
        username: The person's name, which the password must not be built from.
        email: The person's address, likewise.
    """
    password = _normal(password)
    folded = password.casefold()
    if len(password) < PASSWORD_MIN:
        return f"Use at least {PASSWORD_MIN} characters."
    if len(password) > PASSWORD_MAX:
        return f"Use at most {PASSWORD_MAX} characters."
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in password):
        return "Use characters that can be typed."
    if folded in _COMMON or len(set(folded)) < 3 or _is_sequence(folded):
        return "Too many people use this password. Choose one that is harder to guess."
    own = [part.casefold() for part in (username, email, email.partition("@")[0])]
    if any(len(part) >= _OWN_PART_MIN and part in folded for part in own) or folded in own:
        return "Do not build the password from your name or address."
    return None


def _is_sequence(text: str) -> bool:
    """Return whether every character follows the one before by the same step, as in 12345678 or zyxwvuts."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return len(steps) == 1


def _normal(password: str) -> str:
    """Return the form that is hashed, so that the same password from another keyboard is the same."""
    return unicodedata.normalize("NFC", password)


class Passwords:
    """Hashes and verifies in a bounded pool of threads; argon2 lets go of the interpreter's lock meanwhile.

    Args:
        threads: How many passwords are hashed at the same time.
        time_cost: Passes over the memory.
        memory_cost: Memory of one hash, in KiB.
    """

    def __init__(self, threads: int, *, time_cost: int = 3, memory_cost: int = 65_536) -> None:
        self._scheme = CryptContext(
            schemes=["argon2"],
            argon2__type="ID",
            argon2__time_cost=time_cost,
            argon2__memory_cost=memory_cost,
            argon2__parallelism=4,
        )
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="password")
        self._most = threads * (_WAITING_PER_THREAD + 1)
        self._pending = 0
        self._decoy: str | None = None

    async def hash(self, password: str) -> str:
        """Return the hash to store. Raises :class:`TooMany` when too many others wait for theirs."""
        return await self._run(partial(self._hash, password))

    async def verify(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        """Return whether ``password`` is the one that was hashed, and a new hash when the old one is outdated.

        Without a stored hash the same work is done in vain, so that time does not tell who has an account.

        Raises:
            TooMany: Too many others wait.
        """
        return await self._run(partial(self._verify, password, stored))

    def close(self) -> None:
        """Take no more work and finish what was begun."""
        self._pool.shutdown(wait=True)

    async def _run(self, work: Callable[[], _Result]) -> _Result:
        if self._pending >= self._most:
            raise TooMany("Many people are logging in just now. Try again in a moment.", retry_after=5)
        self._pending += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._pending -= 1

    def _hash(self, password: str) -> str:
        return str(self._scheme.hash(_normal(password)))

    def _verify(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        if stored is None:
            self._decoy = self._decoy or self._hash("a decoy for accounts that are not there")
        possible = len(password) <= PASSWORD_MAX and not any(unicodedata.category(char) == "Cs" for char in password)
        right = self._scheme.verify(_normal(password) if possible else "", stored or self._decoy)
        if not (right and possible and stored):
            return False, None
        return True, self._hash(password) if self._scheme.needs_update(stored) else None
