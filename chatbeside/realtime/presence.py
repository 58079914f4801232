"""Who is here. Nothing of it is stored: every claim is a lease that runs out by itself."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

State = Literal["online", "away", "offline"]

LEASE = 90.0
"""Seconds a claim lasts unless it is renewed."""
GRACE = 4.0
"""Seconds somebody stays in view after their last socket went: a reload is not a departure."""


@dataclass(slots=True)
class _Claim:
    state: State
    until: float
    leaving: bool = False


class Presence:
    """Counts each person's sockets and says when what others see of them changes.

    Args:
        clock: Returns monotonic seconds.
        lease: Seconds a claim lasts.
        grace: Seconds the last claim outlives its socket.
    """

    def __init__(self, clock: Callable[[], float], *, lease: float = LEASE, grace: float = GRACE) -> None:
        self._clock = clock
        self._lease = lease
        self._grace = grace
        self._claims: dict[str, dict[str, _Claim]] = {}
        self._told: dict[str, State] = {}

    def claim(self, user_id: str, sid: str, state: State = "online") -> State | None:
        """Say that ``user_id`` is here by socket ``sid``; return the person's state if it is new."""
        claims = self._claims.setdefault(user_id, {})
        # Whoever is back needs no grace: what the new socket says holds.
        for gone in [other for other, claim in claims.items() if claim.leaving]:
            del claims[gone]
        claims[sid] = _Claim(state, self._clock() + self._lease)
        return self._change(user_id)

    def renew(self, user_id: str, sids: Iterable[str]) -> None:
        """Prolong the claims of sockets that are still connected."""
        claims = self._claims.get(user_id, {})
        for sid in sids:
            if sid in claims:
                claims[sid].until = self._clock() + self._lease

    def leave(self, user_id: str, sid: str) -> State | None:
        """Say that a socket went; return the person's state if it is new at once.

        The last socket's claim stays for the grace period.
        """
        claims = self._claims.get(user_id)
        if not claims or sid not in claims:
            return None
        if len(claims) > 1:
            del claims[sid]
        else:
            claim = claims[sid]
            claim.until, claim.leaving = min(claim.until, self._clock() + self._grace), True
        return self._change(user_id)

    def drop(self, user_id: str, sid: str) -> State | None:
        """Say that a claim holds no more, at once; return the person's state if it is new."""
        claims = self._claims.get(user_id)
        if claims is None or claims.pop(sid, None) is None:
            return None
        return self._change(user_id)

    def claimed(self, sid: str) -> list[str]:
        """Return who is here by ``sid``."""
        return [user_id for user_id, claims in self._claims.items() if sid in claims]

    def sids(self, user_id: str) -> list[str]:
        """Return by what somebody is here."""
        return list(self._claims.get(user_id, ()))

    def all(self) -> dict[str, State]:
        """Return everybody who is here, with what others see of them."""
        return dict(self._told)

    def expire(self) -> list[tuple[str, State]]:
        """Forget claims that ran out and return who changed, with their new state."""
        now = self._clock()
        changed: list[tuple[str, State]] = []
        for user_id, claims in list(self._claims.items()):
            for sid in [sid for sid, claim in claims.items() if claim.until <= now]:
                del claims[sid]
            state = self._change(user_id)
            if state is not None:
                changed.append((user_id, state))
        return changed

    def state(self, user_id: str) -> State:
        """Return what others see of this person."""
        return self._told.get(user_id, "offline")

    def _change(self, user_id: str) -> State | None:
        states = {claim.state for claim in self._claims.get(user_id, {}).values()}
        new: State = "online" if "online" in states else "away" if states else "offline"
        if new == self.state(user_id):
            return None
        if new == "offline":
            self._told.pop(user_id, None)
            self._claims.pop(user_id, None)
        else:
            self._told[user_id] = new
        return new
