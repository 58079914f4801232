"""The one place that decides whether somebody may come near a room.

Every method that takes a room id from outside goes through :meth:`Access.room`. Somebody else's room
and a room that does not exist look the same: not found.
"""

from dataclasses import dataclass

from chatbeside.domain.errors import NotAllowed, NotFound
from chatbeside.domain.files import StoredFile
from chatbeside.domain.ids import is_id
from chatbeside.domain.models import Member, Message, Role, Room, RoomKind
from chatbeside.domain.permissions import ARCHIVED, Action, allowed
from chatbeside.services.principal import Principal
from chatbeside.store.interfaces import Store


@dataclass(frozen=True, slots=True)
class RoomAccess:
    """A room together with the asker's place in it."""

    room: Room
    member: Member

    def allowed(self, action: Action, *, own: bool = False, target: Role | None = None) -> bool:
        """Return whether the member may do this here; see :func:`chatbeside.domain.permissions.allowed`."""
        archived = self.room.archived_at is not None
        return allowed(self.member.role, action, kind=self.room.kind, archived=archived, own=own, target=target)

    def check(self, action: Action, *, own: bool = False, target: Role | None = None) -> None:
        """Raise :class:`NotAllowed`, with the reason, unless the member may do this here."""
        if self.allowed(action, own=own, target=target):
            return
        if self.room.archived_at is not None and action not in ARCHIVED:
            raise NotAllowed("This room is archived: it can be read, but nothing in it can be changed.")
        if self.room.kind is RoomKind.DIRECT:
            raise NotAllowed("This cannot be done in a conversation of two people.")
        raise NotAllowed("Your role in this room does not allow this.")


class Access:
    """Looks up rooms and messages on behalf of somebody."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def room(self, principal: Principal, room_id: str) -> RoomAccess:
        """Return the room if ``principal`` is a member of it. Raises :class:`NotFound` otherwise."""
        if is_id(room_id):
            member = await self._store.members.get(room_id, principal.user.id)
            room = await self._store.rooms.get(room_id) if member else None
            if member and room:
                return RoomAccess(room, member)
        raise NotFound("There is no such conversation, or you are not in it.")

    async def message(self, principal: Principal, message_id: str) -> tuple[RoomAccess, Message]:
        """Return the message and its room if ``principal`` may read it. Raises :class:`NotFound` otherwise."""
        message = await self._store.messages.get(message_id) if is_id(message_id) else None
        if message is not None:
            try:
                return await self.room(principal, message.room_id), message
            except NotFound:
                pass
        raise NotFound("There is no such message, or you may not see it.")

    async def file(self, principal: Principal, file_id: str) -> StoredFile:
        """Return the file if ``principal`` may have it. Raises :class:`NotFound` otherwise.

        Before a message names it, that is who uploaded it; afterwards whoever may read that message.
        """
        file = await self._store.files.get(file_id) if is_id(file_id) else None
        if file is not None:
            message = await self._store.messages.get(file.message_id) if file.message_id else None
            if message is None:
                if file.uploader_id == principal.user.id:
                    return file
            elif any(each.file_id == file.id for each in message.attachments):
                try:
                    await self.room(principal, message.room_id)
                except NotFound:
                    pass
                else:
                    return file
        raise NotFound("There is no such file, or you may not see it.")
