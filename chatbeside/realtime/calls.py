"""The events of calls. A device is one page; it names itself, so that it is the same after a reload."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from chatbeside.domain.calls import Call, CallKind, CallState, EndReason, call_to_wire
from chatbeside.domain.errors import InvalidInput
from chatbeside.realtime.answers import Answer, failure
from chatbeside.realtime.devices import Device, Devices
from chatbeside.realtime.everywhere import Everywhere
from chatbeside.realtime.handlers import Handlers
from chatbeside.realtime.inbound import Id, Inbound
from chatbeside.realtime.manager import LocalEmit
from chatbeside.realtime.roster import Connection, user_channel
from chatbeside.services import events, guard
from chatbeside.services.container import Services


class BeginCall(Inbound):
    """``audio call`` and ``video call``: call somebody, by person or by direct conversation."""

    receiver: Id | None = None
    room: Id | None = None
    device: Device | None = None


class OfCall(Inbound):
    """``call accept``, ``call decline``, ``call connected``, ``call join``: something about one call."""

    call: Id
    device: Device | None = None


class EndCall(Inbound):
    """``call end``: leave it. ``failed`` says that the other device cannot be reached."""

    call: Id
    device: Device | None = None
    failed: bool = False


class SignalCall(Inbound):
    """``call signal``: something for the other browser. ``n`` counts the signals of this page."""

    call: Id
    n: Annotated[int, Field(ge=1, le=2**31)]
    data: dict[str, Any]
    device: Device | None = None


class CallEvents:
    """Calls over sockets, in both directions."""

    def __init__(self, services: Services, manager: LocalEmit, everywhere: Everywhere, devices: Devices) -> None:
        self._services = services
        self._manager = manager
        self._everywhere = everywhere
        self._bus = services.bus
        self._bus.listen("call signal", lambda worker, data: self._signal_here(*json.loads(data)))
        self._devices = devices
        services.calls.watch(devices.holds)

    def register(self, handlers: Handlers) -> None:
        """Make ``handlers`` understand the events of calls."""
        handlers.register("audio call", BeginCall, self.audio_call)
        handlers.register("video call", BeginCall, self.video_call)
        handlers.register("call accept", OfCall, self.accept)
        handlers.register("call decline", OfCall, self.decline)
        handlers.register("call connected", OfCall, self.connected)
        handlers.register("call join", OfCall, self.join)
        handlers.register("call end", EndCall, self.end)
        handlers.register("call signal", SignalCall, self.signal)

    # ------------------------------------------------------------ in

    @guard.signed_in
    async def audio_call(self, connection: Connection, asked: BeginCall) -> Answer:
        """Call somebody with sound."""
        return await self._begin(connection, asked, CallKind.AUDIO)

    @guard.signed_in
    async def video_call(self, connection: Connection, asked: BeginCall) -> Answer:
        """Call somebody with picture."""
        return await self._begin(connection, asked, CallKind.VIDEO)

    @guard.signed_in
    async def accept(self, connection: Connection, asked: OfCall) -> Answer:
        """Answer on this device; the acknowledgement brings what the caller's browser has sent so far."""
        device = self._devices.name(connection, asked.device)
        await self._services.calls.accept(connection.principal, asked.call, device)
        return await self.join(connection, asked)

    @guard.signed_in
    async def decline(self, connection: Connection, asked: OfCall) -> Answer:
        """Decline on all own devices."""
        return _answer(await self._services.calls.decline(connection.principal, asked.call))

    @guard.signed_in
    async def end(self, connection: Connection, asked: EndCall) -> Answer:
        """Leave the call."""
        device = self._devices.name(connection, asked.device)
        call = await self._services.calls.end(connection.principal, asked.call, device=device, failed=asked.failed)
        return _answer(call)

    @guard.signed_in
    async def connected(self, connection: Connection, asked: OfCall) -> Answer:
        """Note that sound flows."""
        device = self._devices.name(connection, asked.device)
        return _answer(await self._services.calls.connected(connection.principal, asked.call, device))

    @guard.signed_in
    async def join(self, connection: Connection, asked: OfCall) -> Answer:
        """Come (back) into a call: the acknowledgement brings what the other browser has sent so far."""
        device = self._devices.name(connection, asked.device)
        call, signals = await self._services.calls.join(connection.principal, asked.call, device=device)
        return {**_answer(call), "signals": [{"n": signal.n, "data": signal.data} for signal in signals]}

    @guard.signed_in
    async def signal(self, connection: Connection, asked: SignalCall) -> Answer:
        """Pass something to the other browser."""
        device = self._devices.name(connection, asked.device)
        await self._services.calls.signal(connection.principal, asked.call, device=device, n=asked.n, data=asked.data)
        return {"n": asked.n}

    async def _begin(self, connection: Connection, asked: BeginCall, kind: CallKind) -> Answer:
        if (asked.receiver is None) == (asked.room is None):
            raise InvalidInput("Give either receiver or room.", fields={"receiver": "Give either receiver or room."})
        device = self._devices.name(connection, asked.device)
        call = await self._services.calls.begin(
            connection.principal, kind=kind, device=device, receiver=asked.receiver, room_id=asked.room
        )
        return _answer(call)

    def gone(self, connection: Connection, device: str) -> None:
        """Note that a device lost its last socket here."""
        self._services.calls.left(connection.principal.user.id, device)

    # ------------------------------------------------------------ out

    async def publish(self, event: events.Event) -> None:
        """Tell the devices of both sides how a call is, and one device what the other one sends."""
        try:
            if isinstance(event, events.CallChanged):
                self._tell(event.call)
            elif isinstance(event, events.CallSignalled):
                self._pass_on(event)
        except Exception as error:
            failure(f"telling of {type(event).__name__}", error)

    def _tell(self, call: Call) -> None:
        channels = [user_channel(person) for person in call.people]
        self._everywhere.emit(event_name(call), dict(call_to_wire(call)), to=channels)

    def _pass_on(self, event: events.CallSignalled) -> None:
        call = event.call
        news: Mapping[str, Any] = {"call": call.id, "n": event.n, "data": event.data, "sender": event.sender_id}
        other = call.other(event.sender_id)
        if self._bus.shared:
            self._bus.broadcast("call signal", json.dumps([other, event.device, news]).encode())
        self._signal_here(other, event.device, news)

    def _signal_here(self, user_id: str, device: str, news: Mapping[str, Any]) -> None:
        for sid in self._devices.sockets(user_id, device):
            self._manager.emit_now("call signal", news, to=sid)


def event_name(call: Call) -> str:
    """Return the event under which a call is told, by what has just become of it."""
    match call.state:
        case CallState.RINGING:
            return f"{call.kind.value} call"
        case CallState.CONNECTING:
            return "call accept"
        case CallState.ACTIVE:
            return "call changed"
        case CallState.ENDED:
            return "call decline" if call.reason is EndReason.DECLINED else "call end"


def _answer(call: Call) -> dict[str, Any]:
    return {"call": call_to_wire(call)}
