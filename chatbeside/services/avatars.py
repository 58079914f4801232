"""Pictures of people and rooms: who may set them, and who sees them."""

import asyncio
from collections.abc import AsyncIterator

from chatbeside.domain.avatars import BYTES_MOST, address, file_of
from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import InvalidInput, NotFound, TooLarge
from chatbeside.domain.files import StoredFile
from chatbeside.domain.ids import is_id
from chatbeside.domain.models import Room, User
from chatbeside.domain.permissions import Action
from chatbeside.services.access import Access, RoomAccess
from chatbeside.services.events import AccountChanged, Publisher, RoomChanged
from chatbeside.services.files import Files
from chatbeside.services.invites import Invites
from chatbeside.services.lines import Lines
from chatbeside.services.pictures import NoPicture, square
from chatbeside.services.principal import Principal
from chatbeside.store.interfaces import Store


class Avatars:
    """Sets, shows and takes away pictures.

    Methods that take a picture raise :class:`InvalidInput` when it is none, :class:`TooLarge`, :class:`TooMany` and
    :class:`StorageFull`, and keep nothing then.
    """

    def __init__(
        self,
        *,
        store: Store,
        files: Files,
        access: Access,
        invites: Invites,
        lines: Lines,
        publisher: Publisher,
        clock: Clock,
    ) -> None:
        self._store = store
        self._files = files
        self._access = access
        self._invites = invites
        self._lines = lines
        self._publisher = publisher
        self._clock = clock

    async def set_room(self, principal: Principal, room_id: str, picture: AsyncIterator[bytes]) -> Room:
        """Give a room a picture in place of its sign.

        Raises:
            NotFound: There is no such room for the asker.
            NotAllowed: The asker's role does not reach.
        """
        place = await self._access.room(principal, room_id)
        place.check(Action.SET_AVATAR)
        file = await self._keep(principal, picture, room_id)
        room = await self._change_room(place, address(f"/api/rooms/{room_id}/avatar", file.id))
        await self._store.files.settle([file.id], self._clock())
        await self._lines.write(
            room, principal.user, "avatar changed", f"{principal.user.username} changed the picture of this room"
        )
        return room

    async def clear_room(self, principal: Principal, room_id: str) -> Room:
        """Give a room its sign back; nothing happens when it has no picture. Raises like :meth:`set_room`."""
        place = await self._access.room(principal, room_id)
        place.check(Action.SET_AVATAR)
        if place.room.avatar is None:
            return place.room
        room = await self._change_room(place, None)
        await self._lines.write(
            room, principal.user, "avatar changed", f"{principal.user.username} removed the picture of this room"
        )
        return room

    async def set_own(self, principal: Principal, picture: AsyncIterator[bytes]) -> User:
        """Give oneself a picture in place of the drawn one."""
        file = await self._keep(principal, picture, principal.user.id)
        user = await self._change_own(principal, address(f"/api/users/{principal.user.id}/avatar", file.id))
        await self._store.files.settle([file.id], self._clock())
        return user

    async def clear_own(self, principal: Principal) -> User:
        """Take the drawn picture again."""
        return await self._change_own(principal, None)

    async def of_room(self, principal: Principal, room_id: str) -> StoredFile:
        """Return the picture of a room one is in, or may join. Raises :class:`NotFound`."""
        room = await self._store.rooms.get(room_id) if is_id(room_id) else None
        if room is None or not room.public or room.archived_at:
            room = (await self._access.room(principal, room_id)).room
        return await self._file(room.avatar)

    async def of_user(self, principal: Principal, user_id: str) -> StoredFile:
        """Return a person's picture, which everybody with an account may see. Raises :class:`NotFound`."""
        user = await self._store.users.get(user_id) if is_id(user_id) else None
        return await self._file(user.avatar if user else None)

    async def of_invite(self, code: str) -> StoredFile:
        """Return the picture of the room that a code leads to, for whoever has it. Raises :class:`NotFound`."""
        return await self._file((await self._invites.preview(code)).room.avatar)

    async def _keep(self, principal: Principal, picture: AsyncIterator[bytes], owner_id: str) -> StoredFile:
        """Take a picture in and keep its middle. Until it is settled it is swept like a file that nobody sent."""
        whole = await self._files.receive(principal, "avatar", _at_most(picture))
        try:
            if not whole.thumbnail:
                raise NoPicture
            middle = await asyncio.to_thread(square, await self._files.thumbnail(whole))
        except NoPicture:
            problem = "Choose a picture: JPEG, PNG, GIF, WebP or AVIF."
            raise InvalidInput(problem, fields={"file": problem}) from None
        finally:
            await self._files.forget(whole.id)
        file = await self._files.receive(principal, "avatar.webp", _once(middle))
        await self._store.files.claim(file.id, principal.user.id, owner_id)
        return file

    async def _file(self, avatar: str | None) -> StoredFile:
        file = await self._store.files.get(file_of(avatar)) if avatar else None
        if file is None:
            raise NotFound("There is no picture, or you may not see it.")
        return file

    async def _change_room(self, place: RoomAccess, avatar: str | None) -> Room:
        room = await self._store.rooms.update(place.room.id, {"avatar": avatar}) or place.room
        await self._publisher.publish(RoomChanged(room))
        await self._files.forget(file_of(place.room.avatar))
        return room

    async def _change_own(self, principal: Principal, avatar: str | None) -> User:
        before = await self._store.users.get(principal.user.id) or principal.user
        user = await self._store.users.update(principal.user.id, {"avatar": avatar}) or before
        await self._publisher.publish(AccountChanged(user.id))
        await self._files.forget(file_of(before.avatar))
        return user


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _at_most(picture: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in picture:
        size += len(chunk)
        if size > BYTES_MOST:
            raise TooLarge(f"Choose a picture of at most {BYTES_MOST // 1024 // 1024} MB.")
        yield chunk
