"""Calls."""

from pydantic import Field
from typing_extensions import TypedDict

from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, Asker, router
from chatbeside.api.shapes import Body
from chatbeside.domain.calls import CallKind, CallWire, call_to_wire
from chatbeside.domain.errors import InvalidInput
from chatbeside.services import guard
from chatbeside.services.ice import IceServer

routes = router(prefix="/api/calls", tag="calls")


class Begin(Body):
    """Whom to call."""

    receiver: str | None = Field(None, description="The id or name of a person.")
    room: str | None = Field(None, description="In place of the person: the id of a direct conversation.")
    device: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="Names the page or program that will be in the call; by default the session.",
    )


class BeginEcho(Body):
    """A test call."""

    offer: str = Field(description="SDP of type offer, with all ICE candidates in it; at most 65,536 characters.")


class CallAnswer(TypedDict):
    """A call."""

    call: CallWire


class IceAnswer(TypedDict):
    """For the browser's `RTCConfiguration`."""

    iceServers: list[IceServer]


class BeginCaptions(Body):
    """Your own microphone, for the server."""

    offer: str = Field(description="SDP with all candidates in it.", max_length=65_536)


class CaptionsWire(TypedDict):
    """The answer to the offer, as SDP."""

    answer: str


class CaptionsAnswer(TypedDict):
    """Captions that began."""

    captions: CaptionsWire


@routes.post("/audio", status_code=201, responses=errors(404, 409, 429))
@guard.signed_in
async def audio(api: Api, asker: Asker, body: Begin) -> CallAnswer:
    """Call somebody with sound. It rings on all their devices; 409 `busy` when one of the two is in a call."""
    return await _begin(api, asker, body, CallKind.AUDIO)


@routes.post("/video", status_code=201, responses=errors(404, 409, 429))
@guard.signed_in
async def video(api: Api, asker: Asker, body: Begin) -> CallAnswer:
    """Call somebody with picture. It rings on all their devices; 409 `busy` when one of the two is in a call."""
    return await _begin(api, asker, body, CallKind.VIDEO)


@routes.get("/ice")
@guard.signed_in
async def ice(api: Api, asker: Asker) -> IceAnswer:
    """Return the STUN and TURN servers, with credentials that hold for some hours. Often there are none."""
    return {"iceServers": api.calls.ice(asker)}


class EchoWire(TypedDict):
    """A test call: its name, and SDP of type answer."""

    leg: str
    answer: str


class EchoAnswer(TypedDict):
    """A test call that has begun."""

    echo: EchoWire


@routes.post("/echo", status_code=201, responses=errors(429, 503))
@guard.signed_in
async def begin_echo(api: Api, asker: Asker, body: BeginEcho) -> EchoAnswer:
    """Call the server's echo: sound comes back a second late, pictures at once. It ends after two minutes."""
    echo = await api.echo.begin(asker, body.offer)
    return {"echo": {"leg": echo.id, "answer": echo.answer}}


@routes.delete("/echo/{leg}", status_code=204, responses=errors(404))
@guard.signed_in
async def end_echo(api: Api, asker: Asker, leg: str) -> None:
    """End a test call of one's own."""
    await api.echo.end(asker, leg)


@routes.post("/{call}/captions", status_code=201, responses=errors(404, 409, 429, 503))
@guard.signed_in
async def begin_captions(api: Api, asker: Asker, call: str, body: BeginCaptions) -> CaptionsAnswer:
    """Let what you say in this call be written into the conversation; the other side's words only they can agree to."""
    return {"captions": {"answer": await api.captions.begin(asker, call, body.offer)}}


@routes.delete("/{call}/captions", status_code=204, responses=errors(404))
@guard.signed_in
async def end_captions(api: Api, asker: Asker, call: str) -> None:
    """Write nothing more down of what you say."""
    await api.captions.end(asker, call)


@routes.get("/{call}", responses=errors(404))
@guard.signed_in
async def one(api: Api, asker: Asker, call: str) -> CallAnswer:
    """Return a call of one's own, also after its end."""
    return {"call": call_to_wire(await api.calls.get(asker, call))}


async def _begin(api: Api, asker: Asker, body: Begin, kind: CallKind) -> CallAnswer:
    if (body.receiver is None) == (body.room is None):
        raise InvalidInput("Give either receiver or room.", fields={"receiver": "Give either receiver or room."})
    device = body.device or f"session-{asker.session.id}"
    call = await api.calls.begin(asker, kind=kind, device=device, receiver=body.receiver, room_id=body.room)
    return {"call": call_to_wire(call)}
