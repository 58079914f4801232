"""What a store must do for proofs beside passwords; part of :mod:`chatbeside.store.interfaces`."""

from datetime import datetime
from typing import Protocol

from chatbeside.domain.proofs import Identity, OneTime, SecondFactor


class OneTimes(Protocol):
    """What works once."""

    async def add(self, one: OneTime) -> None:
        """Store a new one."""

    async def get(self, one_id: str) -> OneTime | None:
        """Return one, used and expired ones too."""

    async def use(self, one_id: str, at: datetime) -> bool:
        """Use it up; return whether it was unused."""

    async def use_all(self, user_id: str, kind: str, at: datetime) -> None:
        """Use up all of a person and a kind."""

    async def forget(self, before: datetime) -> int:
        """Remove what expired before this moment; return how many there were."""


class SecondFactors(Protocol):
    """Authenticator apps, one a person."""

    async def get(self, user_id: str) -> SecondFactor | None:
        """Return the one of a person."""

    async def put(self, factor: SecondFactor) -> None:
        """Store it in place of what the person had."""

    async def replace(self, factor: SecondFactor) -> bool:
        """Store the next form.

        Returns:
            Whether the stored version was the one before ``factor.version``; if not, nothing is changed.
        """

    async def remove(self, user_id: str) -> bool:
        """Forget the one of a person; return whether there was one."""


class Identities(Protocol):
    """Accounts elsewhere."""

    async def add(self, identity: Identity) -> None:
        """Store a new one. Raises :class:`~chatbeside.store.interfaces.Taken` for ``id`` when it is somebody's."""

    async def get(self, issuer: str, subject: str) -> Identity | None:
        """Return one."""

    async def of_user(self, user_id: str) -> list[Identity]:
        """Return those of a person, by issuer and subject."""

    async def remove(self, issuer: str, subject: str) -> bool:
        """Forget one; return whether it was known."""
