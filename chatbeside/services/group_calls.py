"""Calls of rooms: who may, and who is in them.

What happens to a call is decided by :mod:`chatbeside.domain.group_calls`; it is stored and told by the worker that owns
the call of the room, which also has its media (:mod:`chatbeside.services.group_lines`). What is asked of another worker
is passed on to it.
"""

import logging
from collections.abc import Mapping
from typing import Any

from chatbeside.domain.calls import Busy, CallKind
from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from chatbeside.domain.group_calls import FULL_OF_PICTURES, GroupCall, GroupEnd
from chatbeside.domain.ids import is_id
from chatbeside.domain.limits import LimitName
from chatbeside.domain.models import RoomKind
from chatbeside.domain.permissions import Action
from chatbeside.services.access import Access
from chatbeside.services.bus import Bus
from chatbeside.services.events import Event, Publisher, RoomChanged
from chatbeside.services.group_lines import NOT_HERE, GroupLines, owned_name
from chatbeside.services.limits import Limits
from chatbeside.services.media import Media
from chatbeside.services.messages import Messages
from chatbeside.services.owners import Json, Owners
from chatbeside.services.principal import Principal
from chatbeside.settings import Settings
from chatbeside.store.interfaces import Store

logger = logging.getLogger(__name__)

OFFER_MOST = 96 * 1024
"""Most characters of an offer: one with twelve voices and six pictures has about 40,000."""


class GroupCalls:
    """Calls of rooms, begun and joined at any worker."""

    def __init__(
        self,
        *,
        store: Store,
        settings: Settings,
        access: Access,
        messages: Messages,
        media: Media,
        publisher: Publisher,
        clock: Clock,
        bus: Bus,
        owners: Owners,
        limits: Limits,
    ) -> None:
        self._store = store
        self._access = access
        self._owners = owners
        self._lines = GroupLines(
            store=store,
            settings=settings,
            messages=messages,
            media=media,
            publisher=publisher,
            clock=clock,
            bus=bus,
            owners=self._owners,
        )
        self._limits = limits

    async def start(self) -> None:
        """See to what the last run, or another worker, left unfinished, and begin to look after time."""
        await self._lines.start()

    async def stop(self) -> None:
        """Close every connection of this worker."""
        await self._lines.stop()

    async def tick(self) -> None:
        """Do what time alone does to the calls of this worker."""
        await self._lines.tick()

    # ------------------------------------------------------------ what people do

    async def join(
        self,
        principal: Principal,
        room_id: str,
        *,
        kind: CallKind,
        device: str,
        camera: bool = False,
        muted: bool = False,
    ) -> tuple[GroupCall, str]:
        """Come into the call of a room, begun when there is none. Coming with another device moves there.

        Args:
            principal: Who comes.
            room_id: A group room.
            kind: How a new call is called; of one that goes on nothing changes.
            device: The name of the asker's device. Its media must be offered soon, else the seat gets free again.
            camera: Whether they want to be seen.
            muted: Whether they come muted.

        Returns:
            The call, and what the asker is to be told: empty, or that they are in with sound only.

        Raises:
            NotFound: There is no such room for the asker.
            InvalidInput: The room is a conversation of two.
            CallFull: All seats are taken.
            Busy: The asker is in another call.
            TooMany: The asker came very often just now.
        """
        place = await self._access.room(principal, room_id)
        if place.room.kind is not RoomKind.GROUP:
            raise InvalidInput("This is a conversation of two people. Call the other person.")
        place.check(Action.SEND)
        await self._limits.take(LimitName.GROUP_CALLS, principal.user.id)
        await self._leave_others(principal, room_id, device)
        said = {"user": principal.user.id, "device": device, "kind": kind.value, "camera": camera, "muted": muted}
        call = await self._asked(await self._owners.ask(owned_name(room_id), "group come", said))
        seat = call.seat(principal.user.id)
        return call, FULL_OF_PICTURES if camera and seat is not None and not seat.camera else ""

    async def offer(
        self, principal: Principal, call_id: str, *, device: str, session: str, offer: str
    ) -> Mapping[str, Any]:
        """Connect a device to the others of the call, or change what its connection carries.

        Args:
            principal: Whose device it is.
            call_id: The call; the device must be in it.
            device: The device.
            session: The page's name of its connection. A new name begins a new one in place of the old one.
            offer: SDP with all candidates in it.

        Returns:
            ``{"answer": SDP, "version": number, "tracks": [{"mid", "user", "kind"}], "missing": {kind: number}}``:
            who is on which section, and how many sections the page should add and offer. ``version`` rises with each
            change of that within a session.

        Raises:
            NotFound: There is no such call for the asker.
            NotAllowed: The device is not in the call.
            InvalidInput: The offer cannot be answered.
            Unavailable: The media worker does not run.
            TooMany: There were too many.
        """
        await self._limits.take(LimitName.GROUP_SIGNALS, principal.user.id)
        if len(offer) > OFFER_MOST:
            raise InvalidInput("Check the offer.", fields={"offer": f"Use at most {OFFER_MOST} characters."})
        call = await self._own(principal, call_id, device)
        said = {"call": call_id, "user": principal.user.id, "device": device, "session": session, "offer": offer}
        return await self._owners.ask(owned_name(call.room_id), "group offer", said)

    async def show(
        self, principal: Principal, call_id: str, *, device: str, muted: bool, camera: bool, screen: bool
    ) -> GroupCall:
        """Mute or unmute, show or hide camera or screen.

        Raises:
            NotFound: There is no such call for the asker.
            NotAllowed: The device is not in the call.
            Conflict: There are too many pictures already.
            TooMany: There were too many changes just now.
        """
        await self._limits.take(LimitName.GROUP_SIGNALS, principal.user.id)
        call = await self._own(principal, call_id, device)
        said = {"call": call_id, "user": principal.user.id, "device": device}
        shown = {"muted": muted, "camera": camera, "screen": screen}
        return await self._asked(await self._owners.ask(owned_name(call.room_id), "group show", {**said, **shown}))

    async def leave(self, principal: Principal, call_id: str, device: str | None = None) -> GroupCall:
        """Leave a call; nothing happens when the device (or, without one, the person) is not in it."""
        call = await self.get(principal, call_id)
        said = {"call": call_id, "user": principal.user.id, "device": device}
        return await self._asked(await self._owners.ask(owned_name(call.room_id), "group go", said))

    async def get(self, principal: Principal, call_id: str) -> GroupCall:
        """Return a call of one of the asker's rooms. Raises :class:`NotFound` for any other."""
        call = await self._store.group_calls.get(call_id) if is_id(call_id) else None
        if call is None:
            raise NotFound(NOT_HERE)
        await self._access.room(principal, call.room_id)
        return call

    async def of_room(self, principal: Principal, room_id: str) -> GroupCall | None:
        """Return the call that goes on in a room. Raises :class:`NotFound` when it is not the asker's room."""
        await self._access.room(principal, room_id)
        return await self._store.group_calls.open_in(room_id)

    async def current(self, principal: Principal) -> list[GroupCall]:
        """Return the calls that go on in the asker's rooms."""
        return await self._in_rooms_of(principal.user.id)

    def left(self, user_id: str, device: str) -> None:
        """Note that a device lost its connection to this worker. Unless it is back soon, its seat gets free."""
        self._lines.left(user_id, device)

    async def publish(self, event: Event) -> None:
        """Hear that somebody may not be in a room any more, or that a room was closed."""
        if not isinstance(event, RoomChanged) or not (event.removed or event.room.archived_at):
            return
        try:
            await self._room_changed(event)
        except Exception:
            logger.exception("a call of a room could not follow the room")

    async def _leave_others(self, principal: Principal, room_id: str, device: str) -> None:
        """Refuse to be in two calls; a device that goes from one to the other leaves the one."""
        user_id = principal.user.id
        if await self._store.calls.open_of(user_id) is not None:
            raise Busy("You are in a call already. Leave it first.")
        for call in await self._in_rooms_of(user_id):
            seat = call.seat(user_id)
            if call.room_id == room_id or seat is None:
                continue
            if seat.device != device:
                raise Busy("You are in the call of another room already. Leave it first.")
            said = {"call": call.id, "user": user_id, "device": device}
            await self._owners.ask(owned_name(call.room_id), "group go", said)

    async def _in_rooms_of(self, user_id: str) -> list[GroupCall]:
        if not await self._store.group_calls.unfinished(limit=1):
            return []  # nearly always, and then the rooms need not be read
        memberships = await self._store.members.of_user(user_id)
        return await self._store.group_calls.open_among(member.room_id for member in memberships)

    async def _own(self, principal: Principal, call_id: str, device: str) -> GroupCall:
        call = await self.get(principal, call_id)
        if call.ended:
            raise Conflict("This call is over.")
        if not call.holds(principal.user.id, device):
            raise NotAllowed("This device is not in the call.")
        return call

    async def _asked(self, answer: Json) -> GroupCall:
        call = await self._store.group_calls.get(answer["call"])
        if call is None:
            raise NotFound(NOT_HERE)
        return call

    async def _room_changed(self, event: RoomChanged) -> None:
        call = await self._store.group_calls.open_in(event.room.id)
        if call is None:
            return
        name = owned_name(event.room.id)
        if event.room.archived_at:
            await self._owners.ask(name, "group close", {"call": call.id, "reason": GroupEnd.ROOM_CLOSED.value})
        for user_id in event.removed:
            await self._owners.ask(name, "group go", {"call": call.id, "user": user_id, "device": None})
