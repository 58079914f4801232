"""Invite links: making, listing and ending them, and the page that somebody lands on who was given one."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

import reflex as rx
from pydantic import StringConstraints

from chatbeside.domain.avatars import by_invite
from chatbeside.domain.errors import ChatError, NotFound, NotSignedIn
from chatbeside.domain.models import Invite
from chatbeside.services import guard, runtime
from chatbeside.services.principal import Principal
from chatbeside.ui.states.base import handler, principal_of
from chatbeside.ui.states.rooms import Form, room_page

JOIN_PAGE = "/join"
_DAYS = {"1": 1, "7": 7, "30": 30, "never": None}
_USES = {"1": 1, "10": 10, "any": None}
_Id = Annotated[str, StringConstraints(max_length=64)]
_WEEK = 7


def join_link(code: str) -> str:
    """Return the path of the page that ``code`` opens."""
    return f"{JOIN_PAGE}?code={quote(code, safe='')}"


@dataclass(frozen=True)
class InviteView:
    """An open invite of the room, with words about how long and for how many it holds."""

    code: str
    link: str
    words: str


class InvitesState(rx.State):
    """The dialog that invites people into the room called ``room``."""

    room: str = ""
    invites: list[InviteView] = []
    errors: dict[str, str] = {}
    trouble: str = ""

    @handler
    @guard.signed_in
    async def look(self, principal: Principal, room_id: _Id) -> None:
        """Show the open invites of a room."""
        self.room, self.invites, self.errors, self.trouble = room_id, [], {}, ""
        await self._load(principal)

    @handler
    @guard.signed_in
    async def make(self, principal: Principal, form: Form) -> None:
        """Make an invite; it stands first in the list."""
        self.errors, self.trouble = {}, ""
        room_id = form.get("invite_room", "")
        days, uses = form.get("invite_days", ""), form.get("invite_uses", "")
        problems = {"days": days not in _DAYS, "uses": uses not in _USES}
        if any(problems.values()):
            self.errors = {field: "Choose one of the list." for field, wrong in problems.items() if wrong}
            return
        await runtime.current().invites.create(principal, room_id, days=_DAYS[days], uses=_USES[uses])
        self.room = room_id
        await self._load(principal)

    @handler
    @guard.signed_in
    async def revoke(self, principal: Principal, room_id: _Id, code: _Id) -> None:
        """End an invite: its link lets nobody in any more."""
        self.trouble = ""
        self.room = room_id
        try:
            await runtime.current().invites.revoke(principal, room_id, code)
        finally:
            # Also when somebody else was first: then it is not in the list any more.
            await self._load(principal)

    @handler
    @guard.signed_in
    async def begin(self, principal: Principal) -> Any:
        """Go to a room with an invite that holds for a week; a room is made when there is none to invite into."""
        services = runtime.current()
        self.errors, self.trouble = {}, ""
        rooms = await services.rooms.list(principal)
        own = (room["room"] for room in rooms if room["role"] in ("owner", "admin") and not room["archivedAt"])
        room_id = next(own, None)
        if room_id is None:
            name = principal.user.display_name or principal.user.username
            room_id = (await services.groups.create(principal, f"{name[:40]}'s room")).id
        if not await services.invites.list(principal, room_id):
            await services.invites.create(principal, room_id, days=_WEEK)
        return rx.redirect(f"{room_page(room_id)}&show=invite")

    async def _load(self, principal: Principal) -> None:
        found = await runtime.current().invites.list(principal, self.room)
        now = datetime.now(UTC)
        newest = sorted(found, key=lambda invite: invite.created_at, reverse=True)
        self.invites = [InviteView(invite.id, join_link(invite.id), words(invite, now)) for invite in newest]

    def _refused(self, error: ChatError) -> None:
        self.errors = dict(error.fields)
        if not error.fields:
            self.trouble = error.message


def words(invite: Invite, now: datetime) -> str:
    """Return how long and for how many people an invite holds."""
    uses = "any number of people" if invite.uses_left is None else _count(invite.uses_left, "person", "people")
    if invite.expires_at is None:
        return f"For {uses}, without an end"
    minutes = max(1, round((invite.expires_at - now).total_seconds() / 60))
    days, hours = round(minutes / (24 * 60)), round(minutes / 60)
    left = _count(days, "day") if hours >= 48 else _count(hours, "hour") if minutes >= 90 else _count(minutes, "minute")
    return f"For {uses}, ends in {left}"


def _count(number: int, one: str, many: str = "") -> str:
    return f"1 {one}" if number == 1 else f"{number} {many or one + 's'}"


class JoinState(rx.State):
    """The page behind an invite link: what it leads to, and the way in."""

    code: str = ""
    name: str = ""
    topic: str = ""
    people: str = ""
    picture: str = ""
    public: bool = False
    looked: bool = False
    signed_in: bool = False
    trouble: str = ""

    @rx.var(cache=False)
    def sign_up_page(self) -> str:
        """Where a newcomer goes from here, and comes back from."""
        return f"/signup?next={quote(join_link(self.code), safe='')}"

    @rx.var(cache=False)
    def log_in_page(self) -> str:
        """Where somebody with an account goes from here, and comes back from."""
        return f"/login?next={quote(join_link(self.code), safe='')}"

    @handler
    @guard.public("a newcomer sees what an invite leads to before they sign up; the code is what lets them see it")
    async def arrive(self) -> Any:
        """Show what the code leads to; who is in that room already goes there."""
        self.name, self.topic, self.people, self.trouble, self.picture = "", "", "", "", ""
        self.looked, self.signed_in = False, False
        code = str(self.router.url.query_parameters.get("code", ""))[:64]
        self.code = code if code.isascii() else ""
        try:
            principal = await principal_of(self)
        except NotSignedIn:
            principal = None
        self.signed_in = principal is not None
        invites = runtime.current().invites
        invited = await (invites.look(principal, self.code) if principal else invites.preview(self.code))
        if invited.joined:
            return rx.redirect(room_page(invited.room.id))
        self.name, self.topic, self.public = invited.room.name, invited.room.topic, invited.room.public
        self.picture = by_invite(invited.room.avatar, self.code) or ""
        self.people = _count(invited.member_count, "person", "people")
        self.looked = True
        return None

    @handler
    @guard.signed_in
    async def accept(self, principal: Principal) -> Any:
        """Come in."""
        self.trouble = ""
        room = await runtime.current().invites.accept(principal, self.code)
        return rx.redirect(room_page(room.id))

    def _refused(self, error: ChatError) -> None:
        self.looked = True
        self.name = ""
        self.trouble = error.message if self.code or not isinstance(error, NotFound) else "This link has no code in it."
