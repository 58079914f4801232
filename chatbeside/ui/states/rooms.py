"""Making rooms, finding public ones, and what a room is: its name, topic and kind, and what it is to oneself."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import reflex as rx
from pydantic import StringConstraints

from chatbeside.domain.errors import ChatError
from chatbeside.domain.wire import PublicRoomWire
from chatbeside.services import guard, runtime
from chatbeside.services.principal import Principal
from chatbeside.ui.states.base import handler
from chatbeside.ui.states.people import Person, face

_SHOWN = 20
_CHOSEN_MOST = 50
_Text = Annotated[str, StringConstraints(max_length=1000)]
_Query = Annotated[str, StringConstraints(max_length=200)]
_Id = Annotated[str, StringConstraints(max_length=64)]
Form = dict[str, _Text]


def room_page(room_id: str) -> str:
    """Return the address of a room in the chat."""
    return f"/?room={room_id}"


class NewRoomState(rx.State):
    """The dialog that makes a room, with the people that it begins with."""

    errors: dict[str, str] = {}
    trouble: str = ""
    done: int = 0
    found: list[Person] = []
    asked: str = ""
    chosen: list[Person] = []

    @handler
    @guard.signed_in
    async def prepare(self, principal: Principal) -> None:
        """Forget what an earlier use of the dialog left."""
        self.errors, self.trouble = {}, ""
        self.found, self.asked, self.chosen = [], "", []

    @handler
    @guard.signed_in
    async def search(self, principal: Principal, query: _Query) -> None:
        """Show people whose name begins with ``query`` and who are not chosen yet."""
        self.asked = query.strip()
        self.found = []
        if self.asked:
            users = await runtime.current().people.search(principal, self.asked, limit=_SHOWN)
            taken = {person.id for person in self.chosen} | {principal.user.id}
            self.found = [face(user, principal) for user in users if user.id not in taken]

    @handler
    @guard.signed_in
    async def choose(self, principal: Principal, user_id: _Id) -> None:
        """Let somebody be in the room from the beginning."""
        if len(self.chosen) < _CHOSEN_MOST and user_id not in {person.id for person in self.chosen}:
            user = await runtime.current().people.get(principal, user_id)
            self.chosen = [*self.chosen, face(user, principal)]
        self.found = [person for person in self.found if person.id != user_id]

    @handler
    @guard.signed_in
    async def let_go(self, principal: Principal, user_id: _Id) -> None:
        """Take somebody back out of the choice."""
        self.chosen = [person for person in self.chosen if person.id != user_id]

    @handler
    @guard.signed_in
    async def create(self, principal: Principal, form: Form) -> Any:
        """Make the room and go there."""
        self.errors, self.trouble = {}, ""
        room = await runtime.current().groups.create(
            principal,
            form.get("new_name", ""),
            topic=form.get("new_topic", ""),
            public=form.get("new_kind") == "public",
            members=[person.id for person in self.chosen],
        )
        self.done += 1
        self.found, self.chosen, self.asked = [], [], ""
        return rx.redirect(room_page(room.id))

    def _refused(self, error: ChatError) -> None:
        self.errors = dict(error.fields)
        if not {"name", "topic"} & set(error.fields):
            self.trouble = " ".join(error.fields.values()) or error.message


@dataclass(frozen=True)
class Place:
    """A public room in the list of finds."""

    id: str
    name: str
    topic: str
    people: str
    joined: bool
    picture: str = ""


def place(room: PublicRoomWire) -> Place:
    """Return a public room as the page shows it."""
    count = room["memberCount"]
    people = "1 person" if count == 1 else f"{count} people"
    return Place(room["room"], room["name"], room["topic"], people, room["joined"], room["avatar"] or "")


class BrowseState(rx.State):
    """The dialog that lists public rooms."""

    places: list[Place] = []
    query: str = ""
    more: bool = False
    looked: bool = False
    trouble: str = ""
    done: int = 0

    @handler
    @guard.signed_in
    async def search(self, principal: Principal, query: _Query) -> None:
        """Show the public rooms whose name begins with ``query``; all of them for an empty one."""
        self.query, self.trouble = query, ""
        self.places = await self._page(principal)
        self.looked = True

    @handler
    @guard.signed_in
    async def further(self, principal: Principal) -> None:
        """Show the next page too."""
        last = self.places[-1] if self.places else None
        self.places = [*self.places, *await self._page(principal, last)]

    @handler
    @guard.signed_in
    async def join(self, principal: Principal, room_id: _Id) -> Any:
        """Enter a public room and go there; where one is already, only go."""
        self.trouble = ""
        room = await runtime.current().groups.join(principal, room_id)
        self.done += 1
        return rx.redirect(room_page(room.id))

    async def _page(self, principal: Principal, last: Place | None = None) -> list[Place]:
        found = await runtime.current().groups.browse(
            principal,
            query=self.query,
            limit=_SHOWN,
            after=last.name if last else "",
            after_id=last.id if last else "",
        )
        self.more = len(found) == _SHOWN
        return [place(room) for room in found]

    def _refused(self, error: ChatError) -> None:
        self.trouble = error.message


class RoomState(rx.State):
    """What is done to the open room, and what it is to oneself. It holds only what went wrong."""

    errors: dict[str, str] = {}
    trouble: str = ""
    done: int = 0

    @handler
    @guard.signed_in
    async def clear(self, principal: Principal) -> None:
        """Forget what went wrong before."""
        self._clear()

    @handler
    @guard.signed_in
    async def update(self, principal: Principal, form: Form) -> None:
        """Change name, topic and, where it is offered, whether the room is public."""
        self._clear()
        kind = form.get("edit_kind")
        await runtime.current().groups.update(
            principal,
            form.get("edit_room", ""),
            name=form.get("edit_name", ""),
            topic=form.get("edit_topic", ""),
            public=None if kind is None else kind == "public",
        )
        self.done += 1

    @handler
    @guard.signed_in
    async def archive(self, principal: Principal, room_id: _Id, on: bool) -> None:
        """Archive a room, or bring it back."""
        self._clear()
        await runtime.current().groups.update(principal, room_id, archived=on)
        self.done += 1

    @handler
    @guard.signed_in
    async def leave(self, principal: Principal, room_id: _Id) -> Any:
        """Leave a room and go back to the list."""
        self._clear()
        await runtime.current().groups.leave(principal, room_id)
        self.done += 1
        return rx.redirect("/")

    @handler
    @guard.signed_in
    async def set_pinned(self, principal: Principal, room_id: _Id, on: bool) -> None:
        """Keep a conversation at the top of one's own list, or let it go."""
        self._clear()
        await runtime.current().groups.set_own(principal, room_id, pinned=on)

    @handler
    @guard.signed_in
    async def set_muted(self, principal: Principal, room_id: _Id, on: bool) -> None:
        """Let a conversation be quiet, or heard again."""
        self._clear()
        await runtime.current().groups.set_own(principal, room_id, muted=on)

    @handler
    @guard.signed_in
    async def set_notify(self, principal: Principal, room_id: _Id, level: Literal["all", "mentions", "none"]) -> None:
        """Say what one wants to be notified of."""
        self._clear()
        await runtime.current().groups.set_own(principal, room_id, notify=level)

    def _clear(self) -> None:
        self.errors, self.trouble = {}, ""

    def _refused(self, error: ChatError) -> None:
        self.errors = dict(error.fields)
        if not error.fields:
            self.trouble = error.message
