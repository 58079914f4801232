"""The events of calls of rooms."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from chatbeside.domain.calls import CallKind
from chatbeside.domain.group_calls import GroupCall, group_call_to_wire
from chatbeside.realtime.answers import Answer, failure
from chatbeside.realtime.devices import Device, Devices
from chatbeside.realtime.everywhere import Everywhere
from chatbeside.realtime.handlers import Handlers
from chatbeside.realtime.inbound import Id, Inbound
from chatbeside.realtime.manager import LocalEmit
from chatbeside.realtime.roster import Connection, room_channel
from chatbeside.services import events, guard
from chatbeside.services.container import Services
from chatbeside.services.group_calls import OFFER_MOST

Session = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class JoinGroup(Inbound):
    """``group join``: come into the call of a room, begun when there is none."""

    room: Id
    kind: Literal["audio", "video"] = "audio"
    camera: bool = False
    muted: bool = False
    device: Device | None = None


class OfferGroup(Inbound):
    """``group offer``: connect this device, or change what its connection carries."""

    call: Id
    session: Session
    offer: Annotated[str, Field(max_length=OFFER_MOST)]
    device: Device | None = None


class ShowGroup(Inbound):
    """``group show``: what others hear and see from here."""

    call: Id
    muted: bool
    camera: bool
    screen: bool
    device: Device | None = None


class LeaveGroup(Inbound):
    """``group leave``: leave the call with this device."""

    call: Id
    device: Device | None = None


class GroupCallEvents:
    """Calls of rooms over sockets, in both directions."""

    def __init__(self, services: Services, manager: LocalEmit, everywhere: Everywhere, devices: Devices) -> None:
        self._calls = services.group_calls
        self._manager = manager
        self._everywhere = everywhere
        self._bus = services.bus
        self._bus.listen("group media", lambda worker, data: self._media_here(*json.loads(data)))
        self._devices = devices

    def register(self, handlers: Handlers) -> None:
        """Make ``handlers`` understand the events of calls of rooms."""
        handlers.register("group join", JoinGroup, self.join)
        handlers.register("group offer", OfferGroup, self.offer)
        handlers.register("group show", ShowGroup, self.show)
        handlers.register("group leave", LeaveGroup, self.leave)

    @guard.signed_in
    async def join(self, connection: Connection, asked: JoinGroup) -> Answer:
        """Come into the call of a room. ``words`` is not empty when something was not possible."""
        call, words = await self._calls.join(
            connection.principal,
            asked.room,
            kind=CallKind(asked.kind),
            device=self._devices.name(connection, asked.device),
            camera=asked.camera,
            muted=asked.muted,
        )
        return {"call": group_call_to_wire(call), "words": words}

    @guard.signed_in
    async def offer(self, connection: Connection, asked: OfferGroup) -> Answer:
        """Answer an offer of this device."""
        device = self._devices.name(connection, asked.device)
        answer = await self._calls.offer(
            connection.principal, asked.call, device=device, session=asked.session, offer=asked.offer
        )
        return dict(answer)

    @guard.signed_in
    async def show(self, connection: Connection, asked: ShowGroup) -> Answer:
        """Note what others hear and see."""
        call = await self._calls.show(
            connection.principal,
            asked.call,
            device=self._devices.name(connection, asked.device),
            muted=asked.muted,
            camera=asked.camera,
            screen=asked.screen,
        )
        return {"call": group_call_to_wire(call)}

    @guard.signed_in
    async def leave(self, connection: Connection, asked: LeaveGroup) -> Answer:
        """Leave."""
        device = self._devices.name(connection, asked.device)
        return {"call": group_call_to_wire(await self._calls.leave(connection.principal, asked.call, device))}

    def gone(self, connection: Connection, device: str) -> None:
        """Note that a device lost its last socket."""
        self._calls.left(connection.principal.user.id, device)

    async def current(self, connection: Connection) -> list[Any]:
        """Return the calls of the rooms of a connection, for its first answer."""
        return [group_call_to_wire(call) for call in await self._calls.current(connection.principal)]

    # ------------------------------------------------------------ out

    async def publish(self, event: events.Event) -> None:
        """Tell the members of a room how its call is, and one device what its connection carries."""
        try:
            if isinstance(event, events.GroupCallChanged):
                self._tell(event.call)
            elif isinstance(event, events.GroupMedia):
                self._media(event)
        except Exception as error:
            failure(f"telling of {type(event).__name__}", error)

    def _tell(self, call: GroupCall) -> None:
        self._everywhere.emit("group call", dict(group_call_to_wire(call)), to=room_channel(call.room_id))

    def _media(self, event: events.GroupMedia) -> None:
        news = {"call": event.call.id, "session": event.session, **event.data}
        if self._bus.shared:
            self._bus.broadcast("group media", json.dumps([event.user_id, event.device, news]).encode())
        self._media_here(event.user_id, event.device, news)

    def _media_here(self, user_id: str, device: str, news: Mapping[str, Any]) -> None:
        for sid in self._devices.sockets(user_id, device):
            self._manager.emit_now("group media", news, to=sid)
