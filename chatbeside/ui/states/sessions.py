"""Where somebody is logged in."""

from dataclasses import dataclass
from typing import Annotated

import reflex as rx
from pydantic import StringConstraints

from chatbeside.domain.clock import now
from chatbeside.domain.errors import ChatError, NotFound
from chatbeside.domain.models import Session
from chatbeside.services import guard, runtime
from chatbeside.services.devices import device_of
from chatbeside.services.principal import Principal
from chatbeside.ui.ago import ago
from chatbeside.ui.states.base import handler

_Id = Annotated[str, StringConstraints(max_length=64)]
_ICONS = {"computer": "laptop", "phone": "smartphone", "program": "settings"}
_HERE_SECONDS = 120
"""Seen so lately counts as being there: the moment is noted once a minute."""


@dataclass(frozen=True)
class DeviceView:
    """A log-in in words."""

    id: str
    name: str
    sign: str
    seen: str
    since: str
    this: bool


class SessionsState(rx.State):
    """The list in the settings."""

    devices: list[DeviceView] = []
    said: str = ""
    trouble: str = ""

    @handler
    @guard.signed_in
    async def arrive(self, principal: Principal) -> None:
        """Show where the asker is logged in."""
        self.said, self.trouble = "", ""
        await self._load(principal)

    @handler
    @guard.signed_in
    async def end(self, principal: Principal, session_id: _Id) -> None:
        """Log one device out."""
        self.said, self.trouble = "", ""
        try:
            await runtime.current().sessions.revoke(principal, session_id)
        except NotFound:
            self.said = "That device was logged out already."
        else:
            self.said = "The device is logged out."
        await self._load(principal)

    @handler
    @guard.signed_in
    async def end_others(self, principal: Principal) -> None:
        """Log all other devices out."""
        self.said, self.trouble = "", ""
        ended = await runtime.current().sessions.revoke_others(principal)
        self.said = "One device is logged out." if ended == 1 else f"{ended} devices are logged out."
        await self._load(principal)

    async def _load(self, principal: Principal) -> None:
        self.devices = [_view(each, principal) for each in await runtime.current().sessions.mine(principal)]

    def _refused(self, error: ChatError) -> None:
        self.trouble = error.message


def _view(session: Session, principal: Principal) -> DeviceView:
    device, at = device_of(session.user_agent), now()
    here = (at - session.last_seen_at).total_seconds() < _HERE_SECONDS
    return DeviceView(
        id=session.id,
        name=device.name,
        sign=_ICONS[device.kind],
        seen="Active now" if here else f"Last seen {ago(session.last_seen_at, at)}",
        since=f"logged in {ago(session.created_at, at)}",
        this=session.id == principal.session.id,
    )
