"""Finding people and opening conversations with them."""

from dataclasses import dataclass
from typing import Annotated, Any

import reflex as rx
from pydantic import StringConstraints

from chatbeside.domain.errors import ChatError
from chatbeside.domain.models import User
from chatbeside.services import guard, runtime
from chatbeside.services.principal import Principal
from chatbeside.ui.states.base import handler

_SHOWN = 20
_PLACES = 10
_Query = Annotated[str, StringConstraints(max_length=200)]
_Id = Annotated[str, StringConstraints(max_length=64)]


@dataclass(frozen=True)
class PublicRoom:
    """A public room that the person at the page is not in."""

    id: str
    name: str
    picture: str = ""


@dataclass(frozen=True)
class Person:
    """A person in the list of finds: the public face only."""

    id: str
    name: str
    username: str
    picture: str
    bot: bool
    own: bool


def face(user: User, principal: Principal) -> Person:
    """Return the public face of ``user`` as ``principal`` sees it."""
    return Person(
        id=user.id,
        name=user.display_name or user.username,
        username=user.username,
        picture=user.avatar or "",
        bot=user.bot,
        own=user.id == principal.user.id,
    )


class PeopleState(rx.State):
    """The finds of the dialog that opens conversations and rooms."""

    finds: list[Person] = []
    places: list[PublicRoom] = []
    asked: str = ""
    trouble: str = ""
    opened: int = 0

    @handler
    @guard.signed_in
    async def search(self, principal: Principal, query: _Query) -> None:
        """Show people, and public rooms one is not in, whose name begins with ``query``; none for an empty one."""
        self.asked, self.trouble = query.strip(), ""
        if not self.asked:
            self.finds, self.places = [], []
            return
        users = await runtime.current().people.search(principal, self.asked, limit=_SHOWN)
        rooms = await runtime.current().groups.browse(principal, query=self.asked.removeprefix("#"), limit=_PLACES)
        self.finds = [face(user, principal) for user in users]
        self.places = [
            PublicRoom(room["room"], room["name"], room["avatar"] or "") for room in rooms if not room["joined"]
        ]

    @handler
    @guard.signed_in
    async def open(self, principal: Principal, user_id: _Id) -> Any:
        """Go to the conversation with this person, made on first use. The dialog closes when that worked."""
        self.trouble = ""
        room = await runtime.current().rooms.open_direct(principal, user_id)
        self.finds, self.places, self.asked = [], [], ""
        self.opened += 1
        return rx.redirect(f"/?room={room.id}")

    @handler
    @guard.signed_in
    async def join(self, principal: Principal, room_id: _Id) -> Any:
        """Enter a public room that was found and go there. The dialog closes when that worked."""
        self.trouble = ""
        room = await runtime.current().groups.join(principal, room_id)
        self.finds, self.places, self.asked = [], [], ""
        self.opened += 1
        return rx.redirect(f"/?room={room.id}")

    @handler
    @guard.signed_in
    async def open_notes(self, principal: Principal) -> Any:
        """Go to one's own notes: the conversation with oneself."""
        room = await runtime.current().rooms.open_direct(principal, principal.user.id)
        return rx.redirect(f"/?room={room.id}")

    def _refused(self, error: ChatError) -> None:
        self.trouble = error.message
