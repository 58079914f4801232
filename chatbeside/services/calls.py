"""Calls of two people: who rings where, who answers, and that every call ends and leaves one line in the timeline.

What happens to a call is decided by :mod:`chatbeside.domain.calls`; here it is stored and told. Timers and signals live
in the memory of the worker that owns the call (:mod:`chatbeside.services.call_lines`); what is asked of another worker
is passed on to it.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from chatbeside.domain.calls import (
    Accept,
    Busy,
    Call,
    CallKind,
    CallState,
    CannotConnect,
    Connected,
    Decline,
    Effect,
    EndReason,
    HangUp,
    Happening,
    Step,
    call_entry,
    happening_from_json,
    happening_to_json,
    refused_busy,
    step,
)
from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from chatbeside.domain.ids import is_id, new_id
from chatbeside.domain.limits import LimitName
from chatbeside.domain.models import MessageKind, Room, RoomKind, User
from chatbeside.services.access import Access
from chatbeside.services.blocks import Blocks
from chatbeside.services.bus import Bus
from chatbeside.services.call_lines import CallLines, owned_name
from chatbeside.services.call_time import change
from chatbeside.services.events import CallChanged, CallSignalled, Publisher
from chatbeside.services.ice import IceServer, ice_servers
from chatbeside.services.limits import Limits
from chatbeside.services.messages import Messages
from chatbeside.services.owners import Json, Owners
from chatbeside.services.people import People
from chatbeside.services.principal import Principal
from chatbeside.services.rooms import Rooms
from chatbeside.services.signals import Signal, check_signal
from chatbeside.settings import Settings
from chatbeside.store.interfaces import Store, Taken

_NOT_THERE = "There is no such call, or you are not in it."


class Answering(Protocol):
    """Somebody without a browser who takes calls."""

    async def refusal(self) -> str | None:
        """Return why no calls are taken, in words; ``None`` when they are."""


class Calls:
    """Calls, begun and asked about at any worker. ``answering`` takes those of bots; without it none of them can."""

    def __init__(
        self,
        *,
        store: Store,
        settings: Settings,
        access: Access,
        people: People,
        rooms: Rooms,
        messages: Messages,
        publisher: Publisher,
        clock: Clock,
        bus: Bus,
        limits: Limits,
        blocks: Blocks,
        owners: Owners,
        answering: Answering | None = None,
    ) -> None:
        self._answering = answering
        self._store = store
        self._settings = settings
        self._access = access
        self._people = people
        self._rooms = rooms
        self._messages = messages
        self._publisher = publisher
        self._clock = clock
        self._bus = bus
        self._owners = owners
        self._owners.serve("call happened", self._happened_here)
        self._owners.serve("call signal", self._signal_here)
        self._owners.serve("call join", self._join_here)
        self.lines = CallLines(store, bus, self._owners, clock, self._happened)
        self._limits = limits
        self._blocks = blocks

    async def start(self) -> None:
        """See to what the last run, or another worker, left unfinished, and begin to look after time."""
        await self.lines.start()

    async def stop(self) -> None:
        """Stop looking after time."""
        await self.lines.stop()

    def watch(self, present: Callable[[str, str], bool]) -> None:
        """Ask ``present`` whether a device of a person is connected to this worker."""
        self.lines.present = present

    # ------------------------------------------------------------ what people do

    async def begin(
        self,
        principal: Principal,
        *,
        kind: CallKind,
        device: str,
        receiver: str | None = None,
        room_id: str | None = None,
    ) -> Call:
        """Call somebody. It rings on all their devices.

        When they are calling the asker at this very moment, that call is answered instead.

        Args:
            principal: Who calls.
            kind: With sound only or with picture.
            device: The name of the asker's device; it is in the call from now on.
            receiver: Whom: an id or a name. Or else
            room_id: a direct conversation, whose other person is called.

        Raises:
            NotFound: There is no such person or conversation for the asker.
            InvalidInput: Who is to be called cannot be.
            NotAllowed: One of the two has blocked the other.
            Busy: The asker, or the other person, is in a call.
            TooMany: The asker has called very often just now.
        """
        room, callee = await self._callee(principal, receiver, room_id)
        await self._blocks.check(principal, room)
        await self._limits.take(LimitName.CALLS, principal.user.id)
        one, other = sorted([principal.user.id, callee.id])
        async with self._bus.lock(f"call of {one}"), self._bus.lock(f"call of {other}"):
            open_call = await self._store.calls.open_of(principal.user.id)
            if open_call is not None:
                return await self._instead(principal, open_call, callee.id, device)
            return await self._ring(
                principal,
                Call(
                    id=new_id(),
                    kind=kind,
                    room_id=room.id,
                    caller_id=principal.user.id,
                    callee_id=callee.id,
                    caller_device=device,
                    started_at=self._clock(),
                    ring_seconds=self._settings.ring_seconds,
                ),
            )

    async def accept(self, principal: Principal, call_id: str, device: str) -> Call:
        """Answer a call on one device; on the others it stops ringing.

        Raises:
            NotFound: There is no such call for the asker.
            NotAllowed: The asker is the one who calls.
            Conflict: It is over, or answered on another device.
        """
        await self.get(principal, call_id)
        return await self._say(call_id, Accept(principal.user.id, device, self._clock()))

    async def decline(self, principal: Principal, call_id: str) -> Call:
        """Decline a call on all own devices. Nothing happens when it does not ring any more."""
        await self.get(principal, call_id)
        return await self._say(call_id, Decline(principal.user.id, self._clock()))

    async def end(self, principal: Principal, call_id: str, *, device: str, failed: bool = False) -> Call:
        """Leave a call, give up calling, or (``failed``) say that the device cannot reach the other one."""
        await self.get(principal, call_id)
        user_id, now = principal.user.id, self._clock()
        return await self._say(call_id, CannotConnect(user_id, device, now) if failed else HangUp(user_id, now))

    async def connected(self, principal: Principal, call_id: str, device: str) -> Call:
        """Note that sound flows; the length of the call counts from here."""
        await self.get(principal, call_id)
        return await self._say(call_id, Connected(principal.user.id, device, self._clock()))

    async def get(self, principal: Principal, call_id: str) -> Call:
        """Return a call of the asker. Raises :class:`NotFound` for a call of others and one that never was."""
        call = await self._store.calls.get(call_id) if is_id(call_id) else None
        if call is None or not call.has(principal.user.id):
            raise NotFound(_NOT_THERE)
        return call

    async def current(self, principal: Principal) -> Call | None:
        """Return the call that the asker is in, or is called by, now."""
        return await self._store.calls.open_of(principal.user.id)

    def ice(self, principal: Principal) -> list[IceServer]:
        """Return the servers that help the asker's browser to find its way."""
        return ice_servers(self._settings, principal.user.id, self._clock())

    # ------------------------------------------------------------ what their browsers do

    async def signal(self, principal: Principal, call_id: str, *, device: str, n: int, data: Mapping[str, Any]) -> None:
        """Pass a signal (a session description, an ICE candidate) to the other device, and keep it for a late one.

        Raises:
            NotFound: There is no such call for the asker.
            NotAllowed: The device is not in the call.
            Conflict: The call is over.
            InvalidInput: The signal is too large.
            TooMany: There were too many.
        """
        await self._limits.take(LimitName.CALL_SIGNALS, principal.user.id)
        check_signal(n, data)
        said = {"user": principal.user.id, "device": device, "n": n, "data": dict(data)}
        await self._owners.ask(owned_name(self._checked(call_id)), "call signal", said)

    async def join(self, principal: Principal, call_id: str, *, device: str) -> tuple[Call, Sequence[Signal]]:
        """Come (back) into a call, for example after a reload.

        Returns:
            The call, and, for the devices in it, what the other side has sent so far, oldest first.

        Raises:
            NotFound: There is no such call for the asker.
        """
        call, user_id = await self.get(principal, call_id), principal.user.id
        if call.ended or not call.holds(user_id, device):
            return call, ()
        kept = await self._owners.ask(owned_name(call_id), "call join", {"user": user_id, "device": device})
        return call, [check_signal(n, data) for n, data in kept["signals"]]

    def left(self, user_id: str, device: str) -> None:
        """Note that a device lost its connection to the server. Unless it is back soon, its call is over."""
        self.lines.left(user_id, device)

    async def tick(self) -> None:
        """Do what time alone does to the calls of this worker."""
        await self.lines.tick()

    # ------------------------------------------------------------ at the owner

    async def _say(self, call_id: str, happening: Happening) -> Call:
        """Let something happen to a call at its owner."""
        await self._owners.ask(owned_name(call_id), "call happened", happening_to_json(happening))
        call = await self._store.calls.get(call_id)
        if call is None:
            raise NotFound(_NOT_THERE)
        return call

    async def _happened_here(self, name: str, said: Json) -> Json:
        happening = happening_from_json(said)
        call_id = name.removeprefix(owned_name(""))
        await self.lines.owned(call_id)
        call = await self._happened(call_id, happening)
        if isinstance(happening, Accept):
            self.lines.back(call.id, happening.user_id, happening.device)
        return {}

    async def _signal_here(self, name: str, said: Json) -> Json:
        call_id, user_id = name.removeprefix(owned_name("")), said["user"]
        signal = check_signal(said["n"], said["data"])
        line = await self.lines.owned(call_id)
        call = line.call if line else await self._store.calls.get(call_id)
        if call is None or not call.has(user_id):
            raise NotFound(_NOT_THERE)
        if line is None:
            raise Conflict("This call is over.")
        if call.device_of(user_id) != said["device"]:
            raise NotAllowed("This device is not in the call.")
        line.signals[user_id].add(signal)
        other = call.device_of(call.other(user_id))
        if other is not None:
            await self._publisher.publish(CallSignalled(call, user_id, other, signal.n, signal.data))
        return {}

    async def _join_here(self, name: str, said: Json) -> Json:
        line = await self.lines.owned(name.removeprefix(owned_name("")))
        if line is None or not line.call.holds(said["user"], said["device"]):
            return {"signals": []}
        self.lines.back(line.call.id, said["user"], said["device"])
        kept = line.signals[line.call.other(said["user"])].signals
        return {"signals": [[signal.n, signal.data] for signal in kept]}

    def _checked(self, call_id: str) -> str:
        if not is_id(call_id):
            raise NotFound(_NOT_THERE)
        return call_id

    # ------------------------------------------------------------ how a call changes

    async def _callee(self, principal: Principal, receiver: str | None, room_id: str | None) -> tuple[Room, User]:
        if receiver is not None:
            person = await self._people.find(principal, receiver)
            await self._check_callee(principal, person)
            return await self._rooms.open_direct(principal, person.id), person
        room = (await self._access.room(principal, room_id or "")).room
        if room.kind is not RoomKind.DIRECT or room.pair is None:
            raise InvalidInput("Calls are for two people. Call one of them directly.")
        others = [each for each in room.pair.split(":") if each != principal.user.id]
        person = await self._people.get(principal, others[0] if others else principal.user.id)
        await self._check_callee(principal, person)
        return room, person

    async def _check_callee(self, principal: Principal, person: User) -> None:
        if person.id == principal.user.id:
            raise InvalidInput("You cannot call yourself.")
        if person.bot:
            refusal = await self._answering.refusal() if self._answering else "It cannot be called. Write to it."
            if refusal:
                raise InvalidInput(refusal)
        if person.deactivated_at:
            raise InvalidInput("This account is closed.")

    async def _instead(self, principal: Principal, open_call: Call, callee_id: str, device: str) -> Call:
        """The asker is in a call: answer it when that is what both want, else refuse."""
        mine = open_call.caller_id == principal.user.id
        if open_call.other(principal.user.id) == callee_id and open_call.state is CallState.RINGING:
            if not mine:
                return await self.accept(principal, open_call.id, device)
            if open_call.caller_device == device:
                return open_call  # asked again, because the answer got lost
        raise Busy("You are in a call already. Leave it first.")

    async def _ring(self, principal: Principal, call: Call) -> Call:
        other = await self._people.get(principal, call.callee_id)
        if other.bot or await self._store.calls.open_of(call.callee_id) is None:
            await self._owners.mine(owned_name(call.id))  # before anybody can take it for nobody's
            with contextlib.suppress(Taken):
                await self._store.calls.add(call, several=other.id if other.bot else None)
                self.lines.add(call)
                await self._publisher.publish(CallChanged(call))
                return call
            await self._owners.release(owned_name(call.id))
        busy = refused_busy(call, self._clock())
        await self._write_entry(busy.call)
        await self._store.calls.add(busy.call)
        await self._follow(busy)
        raise Busy(f"{other.display_name or other.username} is in another call. Try again later, or write.")

    async def _happened(self, call_id: str, happening: Happening) -> Call:
        """Store what becomes of a call, and tell."""
        line = self.lines.get(call_id)
        async with line.lock if line else contextlib.nullcontext():
            after = await change(
                self._store.calls,
                call_id,
                lambda call: step(call, happening),
                entry=Effect.WRITE_ENTRY,
                write_entry=self._write_entry,
                unknown=_NOT_THERE,
            )
            if after.effects:
                if line:
                    line.call = after.call
                await self._follow(after)
            return after.call

    async def _follow(self, after: Step) -> None:
        call = after.call
        self.lines.changed()
        if Effect.FORGET_SIGNALS in after.effects:
            await self.lines.forget(call)
        if Effect.TELL in after.effects:
            await self._publisher.publish(CallChanged(call))

    async def _write_entry(self, call: Call) -> None:
        room = await self._store.rooms.get(call.room_id)
        if room is not None:
            await self._messages.post(
                room,
                call.caller_id,
                entry_text(call),
                client_id=f"call-{call.id}",
                kind=MessageKind.CALL,
                data=call_entry(call),
            )


_ENTRY = {
    EndReason.DECLINED: "Declined call",
    EndReason.CANCELLED: "Missed call",
    EndReason.MISSED: "Missed call",
    EndReason.BUSY: "Missed call, the line was busy",
    EndReason.FAILED: "Call that could not be connected",
}


def entry_text(call: Call) -> str:
    """Return what the timeline says of a call that is over, for clients that do not know the kind of message."""
    if call.active_at is None:
        return _ENTRY.get(call.reason or EndReason.FAILED, "Call that was not answered")
    minutes, seconds = divmod(call.seconds, 60)
    length = f"{minutes} min" if minutes else f"{seconds} s"
    return f"{'Call with picture' if call.kind is CallKind.VIDEO else 'Call with sound'}, {length}"
