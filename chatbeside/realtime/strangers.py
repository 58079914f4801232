"""Connections that have not said who they are, counted by address: nobody can take all of them in silence."""

from collections import defaultdict

from chatbeside.services.limits import address_key

STRANGERS_MOST = 200
"""Connections of one address, of one kind, that have not said yet who they are."""


class Strangers:
    """Knows the connections that have not said yet who they are."""

    def __init__(self) -> None:
        self._places: dict[str, str] = {}
        self._counts: defaultdict[str, int] = defaultdict(int)

    def crowded(self, address: str) -> bool:
        """Return whether this address has as many as it may."""
        return self._counts.get(address_key(address), 0) >= STRANGERS_MOST

    def come(self, key: str, address: str) -> None:
        """Note a connection, by a key of its own."""
        place = self._places[key] = address_key(address)
        self._counts[place] += 1

    def gone(self, key: str) -> None:
        """Note that a connection said who it is, or went; it may have done so before."""
        place = self._places.pop(key, None)
        if place is not None:
            self._counts[place] -= 1
            if not self._counts[place]:
                del self._counts[place]
