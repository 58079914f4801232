"""The events of recordings of calls."""

from typing import Any

from pydantic import Field

from chatbeside.realtime.answers import Answer, failure
from chatbeside.realtime.devices import Device
from chatbeside.realtime.everywhere import Everywhere
from chatbeside.realtime.handlers import Handlers
from chatbeside.realtime.inbound import Id, Inbound
from chatbeside.realtime.roster import Connection, user_channel
from chatbeside.services import events, guard
from chatbeside.services.recordings import Recordings


class RecordCall(Inbound):
    """``call record``: ask for a recording or agree to it (``on``), decline, withdraw or stop it, or only look."""

    call: Id
    device: Device
    on: bool | None = None


class ForwardCall(Inbound):
    """``call forward``: send and receive through the server while the call is recorded."""

    call: Id
    device: Device
    offer: str = Field(max_length=64 * 1024)


class RecordingEvents:
    """Recordings over sockets, in both directions."""

    def __init__(self, recordings: Recordings, everywhere: Everywhere) -> None:
        self._recordings = recordings
        self._everywhere = everywhere

    def register(self, handlers: Handlers) -> None:
        """Make ``handlers`` understand the events of recordings."""
        handlers.register("call record", RecordCall, self.record)
        handlers.register("call forward", ForwardCall, self.forward)

    @guard.signed_in
    async def record(self, connection: Connection, asked: RecordCall) -> Answer:
        """Ask for a recording, agree, decline, stop it, or look how it stands."""
        news = await self._recordings.want(connection.principal, asked.call, device=asked.device, on=asked.on)
        return {"recording": _wire(news)}

    @guard.signed_in
    async def forward(self, connection: Connection, asked: ForwardCall) -> Answer:
        """Let the device send and receive through the server."""
        answer = await self._recordings.forward(
            connection.principal, asked.call, device=asked.device, offer=asked.offer
        )
        return {"answer": answer}

    async def publish(self, event: events.Event) -> None:
        """Tell the devices of both sides how a recording stands."""
        try:
            if isinstance(event, events.RecordingChanged):
                channels = [user_channel(person) for person in event.call.people]
                self._everywhere.emit("call recording", _wire(event), to=channels)
        except Exception as error:
            failure(f"telling of {type(event).__name__}", error)


def _wire(news: events.RecordingChanged) -> dict[str, Any]:
    return {"call": news.call.id, "state": news.state, "by": news.by, "why": news.why}
