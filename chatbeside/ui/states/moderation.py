"""Reporting, blocking, and the list of whom one has blocked."""

from dataclasses import dataclass
from typing import Annotated

import reflex as rx
from pydantic import StringConstraints

from chatbeside.domain.errors import ChatError, InvalidInput
from chatbeside.domain.moderation import ReportReason
from chatbeside.services import guard, runtime
from chatbeside.services.principal import Principal
from chatbeside.ui.states.base import handler

_Id = Annotated[str, StringConstraints(max_length=64)]
_Name = Annotated[str, StringConstraints(max_length=200)]
_AS_TYPED = Annotated[str, StringConstraints(max_length=4000)]
Form = dict[str, _AS_TYPED]


@dataclass(frozen=True)
class BlockedView:
    """Somebody whom the asker has blocked."""

    id: str
    name: str
    username: str
    picture: str


class ReportState(rx.State):
    """What the dialog is about. It holds nothing but what the page has sent."""

    message: str = ""
    person: str = ""
    name: str = ""
    sent: bool = False
    blocked: bool = False
    trouble: str = ""

    @handler
    @guard.signed_in
    async def begin(self, principal: Principal, message: _Id, person: _Id, name: _Name) -> None:
        """Begin anew, about a message of a person, or about the person alone."""
        self.message, self.person, self.name = message, person, name
        self.sent, self.trouble = False, ""
        self.blocked = person in await runtime.current().blocks.ids(principal.user.id)

    @handler
    @guard.signed_in
    async def send(self, principal: Principal, form: Form) -> None:
        """Send the report."""
        self.trouble = ""
        try:
            reason = ReportReason(form.get("reason", ""))
        except ValueError:
            raise InvalidInput("Choose what is wrong.") from None
        about = {"message_id": self.message} if self.message else {"user_id": self.person}
        await runtime.current().reports.report(principal, reason=reason, words=form.get("words", ""), **about)
        self.sent = True

    @handler
    @guard.signed_in
    async def block(self, principal: Principal) -> None:
        """Block the person."""
        self.trouble = ""
        await runtime.current().blocks.block(principal, self.person)
        self.blocked = True

    @handler
    @guard.signed_in
    async def unblock(self, principal: Principal) -> None:
        """Hear from the person again."""
        self.trouble = ""
        await runtime.current().blocks.unblock(principal, self.person)
        self.blocked = False

    def _refused(self, error: ChatError) -> None:
        self.trouble = next(iter(error.fields.values()), error.message) if error.fields else error.message


class BlockedState(rx.State):
    """The list in the settings."""

    people: list[BlockedView] = []
    ready: bool = False
    trouble: str = ""

    @handler
    @guard.signed_in
    async def arrive(self, principal: Principal) -> None:
        """Show whom the asker has blocked."""
        await self._load(principal)

    @handler
    @guard.signed_in
    async def unblock(self, principal: Principal, person: _Id) -> None:
        """Hear from somebody again."""
        await runtime.current().blocks.unblock(principal, person)
        await self._load(principal)

    async def _load(self, principal: Principal) -> None:
        self.trouble = ""
        self.people = [
            BlockedView(each.id, each.display_name or each.username, each.username, each.avatar or "")
            for each in await runtime.current().blocks.mine(principal)
        ]
        self.ready = True

    def _refused(self, error: ChatError) -> None:
        self.trouble = error.message
