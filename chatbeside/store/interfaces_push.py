"""What a store must do for Web Push; part of :mod:`chatbeside.store.interfaces`."""

from collections.abc import Iterable
from typing import Protocol

from chatbeside.domain.push import PushSubscription


class Push(Protocol):
    """Browsers that want to be told of messages."""

    async def put(self, subscription: PushSubscription) -> None:
        """Store a subscription in place of what its endpoint had."""

    async def get(self, endpoint: str) -> PushSubscription | None:
        """Return the subscription with this endpoint."""

    async def of_users(self, user_ids: Iterable[str]) -> list[PushSubscription]:
        """Return the subscriptions of these people, by endpoint."""

    async def remove(self, endpoint: str) -> bool:
        """Forget a subscription; return whether it was known."""

    async def remove_of_session(self, session_id: str) -> int:
        """Forget the subscriptions of a log-in; return how many there were."""
