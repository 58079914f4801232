"""Connections that have not said who they are, counted by address: nobody can take all of them in silence."""

from collections import defaultdict
from collections.abc import Hashable
from typing import Generic, TypeVar

from chatbeside.services.limits import address_key

STRANGERS_MOST = 200
"""Connections of one address, of one kind, that have not said yet who they are."""


K = TypeVar("K", bound=Hashable)
"""By what a connection is known."""


class Strangers(Generic[K]):
    """Knows the connections that have not said yet who they are."""

    def __init__(self) -> None:
        self._places: dict[K, str] = {}
        self._counts: defaultdict[str, int] = defaultdict(int)

    def crowded(self, address: str) -> bool:
        """Return whether this address has as many as it may."""
        return self._counts.get(address_key(address), 0) >= STRANGERS_MOST

    def all(self) -> list[K]:
        """Return every one of them."""
        return list(self._places)

    def come(self, key: K, address: str) -> None:
        """Note a connection."""
        place = self._places[key] = address_key(address)
        self._counts[place] += 1

    def gone(self, key: K) -> None:
        """Note that a connection said who it is, or went; it may have done so before."""
        place = self._places.pop(key, None)
        if place is not None:
            self._counts[place] -= 1
            if not self._counts[place]:
                del self._counts[place]
