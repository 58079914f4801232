"""Who is in the open room, and what the person at the page may do there: the server says it, not the page."""

from dataclasses import dataclass
from typing import Annotated, Literal

import reflex as rx
from pydantic import StringConstraints

from chatbeside.domain.errors import ChatError
from chatbeside.domain.models import Role, RoomKind
from chatbeside.domain.permissions import Action
from chatbeside.domain.wire import MemberWire
from chatbeside.services import guard, runtime
from chatbeside.services.access import RoomAccess
from chatbeside.services.principal import Principal
from chatbeside.services.rooms import MEMBERS_MOST
from chatbeside.ui.states.base import handler
from chatbeside.ui.states.people import Person, face

_FIRST = 20
_STEP = 100
_FOUND = 20
_Query = Annotated[str, StringConstraints(max_length=200)]
_Id = Annotated[str, StringConstraints(max_length=64)]

_WORDS = {Role.OWNER.value: "Owner", Role.ADMIN.value: "Admin", Role.MEMBER.value: ""}


@dataclass(frozen=True)
class May:
    """What the person at the page may do in the open room."""

    edit: bool = False
    publish: bool = False
    add: bool = False
    invite: bool = False
    archive: bool = False
    leave: bool = False


@dataclass(frozen=True)
class MemberView:
    """A member of the open room, with what the person at the page may do to them."""

    id: str = ""
    name: str = ""
    username: str = ""
    picture: str = ""
    bot: bool = False
    role: str = ""
    role_words: str = ""
    own: bool = False
    can_promote: bool = False
    can_demote: bool = False
    can_hand_over: bool = False
    can_remove: bool = False
    manageable: bool = False


class MembersState(rx.State):
    """The members of the room called ``room``; the page shows them only while that room is open."""

    room: str = ""
    may: May = May()
    members: list[MemberView] = []
    count: int = 0
    more: bool = False
    chosen: MemberView = MemberView()
    asking: str = ""
    trouble: str = ""
    done: int = 0
    found: list[Person] = []
    asked: str = ""
    added: list[str] = []
    _shown: int = _FIRST

    @handler
    @guard.signed_in
    async def look(self, principal: Principal, room_id: _Id) -> None:
        """Show who is in a group room, and what may be done there; nothing in a conversation of two."""
        if room_id != self.room:
            self._forget()
        place = await runtime.current().access.room(principal, room_id)
        if place.room.kind is not RoomKind.GROUP:
            return
        await self._load(principal, place)

    @handler
    @guard.signed_in
    async def further(self, principal: Principal, room_id: _Id) -> None:
        """Show more of the members."""
        self._shown = min(self._shown + _STEP, MEMBERS_MOST)
        await self._load(principal, await runtime.current().access.room(principal, room_id))

    @handler
    @guard.signed_in
    async def choose(self, principal: Principal, user_id: _Id) -> None:
        """Let the dialog be about one of the shown members."""
        self.trouble, self.asking = "", ""
        self.chosen = next((member for member in self.members if member.id == user_id), MemberView())

    @handler
    @guard.signed_in
    async def ask(self, principal: Principal, what: Literal["", "hand over", "remove"]) -> None:
        """Ask once more before something that the person cannot take back themselves."""
        self.trouble, self.asking = "", what

    @handler
    @guard.signed_in
    async def set_role(
        self, principal: Principal, room_id: _Id, user_id: _Id, role: Literal["member", "admin", "owner"]
    ) -> None:
        """Give a role; ``owner`` hands the room over."""
        self.trouble = ""
        await runtime.current().groups.set_role(principal, room_id, user_id, Role(role))
        self.done += 1

    @handler
    @guard.signed_in
    async def remove(self, principal: Principal, room_id: _Id, user_id: _Id) -> None:
        """Put a member out."""
        self.trouble = ""
        await runtime.current().groups.remove_member(principal, room_id, user_id)
        self.done += 1

    @handler
    @guard.signed_in
    async def search(self, principal: Principal, query: _Query) -> None:
        """Show people whose name begins with ``query``, to bring them in."""
        self.asked, self.trouble, self.found = query.strip(), "", []
        if self.asked:
            users = await runtime.current().people.search(principal, self.asked, limit=_FOUND)
            self.found = [face(user, principal) for user in users if user.id != principal.user.id]
            if self.room:
                await self._mark_found(principal)

    @handler
    @guard.signed_in
    async def add(self, principal: Principal, room_id: _Id, user_id: _Id) -> None:
        """Bring somebody in."""
        self.trouble = ""
        await runtime.current().groups.add_member(principal, room_id, user_id)
        self.added = [*self.added, user_id]

    async def _load(self, principal: Principal, place: RoomAccess) -> None:
        rooms = runtime.current().rooms
        wires = await rooms.people(principal, place.room.id, limit=self._shown)
        self.room, self.may = place.room.id, _may(place)
        self.count = await rooms.count(principal, place.room.id)
        self.members = [view(wire, place, principal) for wire in wires]
        self.more = len(wires) < min(self.count, MEMBERS_MOST)
        await self._mark_found(principal)

    async def _mark_found(self, principal: Principal) -> None:
        """Note which of the people who were found are in the room already."""
        found = [person.id for person in self.found]
        self.added = sorted(await runtime.current().rooms.among(principal, self.room, found)) if found else []

    def _forget(self) -> None:
        self.room, self.may, self.members, self.count, self.more = "", May(), [], 0, False
        self.chosen, self.asking, self.trouble = MemberView(), "", ""
        self.found, self.asked, self.added, self._shown = [], "", [], _FIRST

    def _refused(self, error: ChatError) -> None:
        self.trouble = " ".join(error.fields.values()) or error.message


def view(wire: MemberWire, place: RoomAccess, principal: Principal) -> MemberView:
    """Return a member as ``principal`` sees them, with what may be done to them.

    Args:
        wire: The member.
        place: The asker's own place in the room.
        principal: Who asks.
    """
    user, role = wire["user"], Role(wire["role"])
    own = user["_id"] == principal.user.id
    can = {action: not own and place.allowed(action, target=role) for action in _ON_MEMBERS}
    promote = can[Action.SET_ROLE] and role is Role.MEMBER and not user["bot"]
    demote = can[Action.SET_ROLE] and role is Role.ADMIN
    hand_over = can[Action.HAND_OVER] and not user["bot"]
    return MemberView(
        id=user["_id"],
        name=user["displayName"],
        username=user["username"],
        picture=user["avatar"] or "",
        bot=user["bot"],
        role=role.value,
        role_words=_WORDS[role.value],
        own=own,
        can_promote=promote,
        can_demote=demote,
        can_hand_over=hand_over,
        can_remove=can[Action.REMOVE_MEMBER],
        manageable=promote or demote or hand_over or can[Action.REMOVE_MEMBER],
    )


_ON_MEMBERS = (Action.SET_ROLE, Action.HAND_OVER, Action.REMOVE_MEMBER)


def _may(place: RoomAccess) -> May:
    return May(
        edit=place.allowed(Action.RENAME) and place.allowed(Action.SET_TOPIC),
        publish=place.allowed(Action.SET_PUBLIC),
        add=place.allowed(Action.ADD_MEMBER),
        invite=place.allowed(Action.INVITE),
        archive=place.allowed(Action.ARCHIVE),
        leave=place.allowed(Action.LEAVE),
    )
