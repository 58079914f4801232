"""The call of this page as a typed Var, and what a person does with it as actions; see ``assets/calls/store.js``."""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from reflex.vars import FunctionVar
from reflex.vars.base import Var

from chatbeside.ui.live.binding import action, hook_var

MODULE: Final = "$/public/calls/hooks.js"


@dataclass(frozen=True)
class Device:
    """A microphone, camera or speaker. ``name`` is what the browser calls it."""

    id: str
    name: str


@dataclass(frozen=True)
class CallView:
    """How the call of this page looks. Field names are the keys in JavaScript.

    ``phase`` is empty without a call. ``line`` says where it stands ("Ringing…"), ``since`` is when they began to
    talk, in milliseconds, or 0. ``bars`` go from 4 (good) to 0 (nothing arrives). ``network`` and ``help`` are words
    about trouble, or empty. ``blocked``: the browser waits for a click before it plays sound. ``floats``: it can show a
    picture in a window over other programs. ``forwarded``: it goes through the server, as it does while it is recorded.
    ``recording``: ``asking`` waits for the other one, ``asked`` for the own word. ``code`` is read to each other to be
    sure that nobody sits in between.
    ``joins``: the preview is of a room's call, which this page joins or begins.
    ``remote_captions``: the words of the other one are written down.
    ``title`` and ``ended_line`` are the end screen's, ``again`` what its button to call is named, or empty.
    """

    phase: str  # "" | preview | incoming | outgoing | joining | talking | ended
    small: bool
    more: bool
    kind: str  # audio | video
    room: str
    peer_id: str
    name: str
    avatar_url: str
    bot: bool
    call_id: str
    line: str
    since: float
    muted: bool
    camera: bool
    screen: bool
    own_picture: bool
    remote_picture: bool
    remote_screen: bool
    remote_muted: bool
    remote_captions: bool
    speaking: bool
    bars: int
    weak: bool
    network: str
    relayed: bool
    forwarded: bool
    recording: str  # "" | asking | asked | on
    recording_line: str
    joins: str  # "" | join | begin
    code: str
    help: str
    blocked: bool
    floats: bool
    title: str
    ended_line: str
    again: str
    microphone: str
    picture_from: str
    speaker: str
    ask: bool
    microphones: list[Device] = field(default_factory=list)
    cameras: list[Device] = field(default_factory=list)
    speakers: list[Device] = field(default_factory=list)


@dataclass(frozen=True)
class CaptionsView:
    """Whether one's own words are written down; ``words`` say why not."""

    on: bool
    busy: bool
    words: str


def captions() -> Var[CaptionsView]:
    """Return the captions of this page."""
    return hook_var("useCaptions", CaptionsView, module=MODULE)


def toggle_captions() -> FunctionVar[Any]:
    """Let one's own words be written down, or take that back."""
    return _act("callToggleCaptions")


def call() -> Var[CallView]:
    """Return the call of this page."""
    return hook_var("useCall", CallView, module=MODULE)


def _act(name: str, *args: Any) -> FunctionVar[Any]:
    return action(name, *args, module=MODULE)


def start(kind: Literal["audio", "video"], room_id: Var[str] | str, peer_id: Var[str] | str) -> FunctionVar[Any]:
    """Call the other person of a direct conversation, after a preview unless it was turned off."""
    return _act("callStart", kind, room_id, peer_id)


def ring() -> FunctionVar[Any]:
    """Ring, from the preview."""
    return _act("callNow")


def accept(how: Literal["audio", "video"]) -> FunctionVar[Any]:
    """Answer with sound only or with picture."""
    return _act("callAccept", how)


def decline() -> FunctionVar[Any]:
    """Decline on all own devices."""
    return _act("callDecline")


def answer_by_message() -> FunctionVar[Any]:
    """Decline and open the conversation, to write instead."""
    return _act("callAnswerByMessage")


def leave() -> FunctionVar[Any]:
    """Hang up, or give up calling."""
    return _act("callLeave")


def again() -> FunctionVar[Any]:
    """Call the same person again, from the end screen."""
    return _act("callAgain")


def dismiss() -> FunctionVar[Any]:
    """Put the preview or the end screen away."""
    return _act("callDismiss")


def toggle_mute() -> FunctionVar[Any]:
    """Turn the own microphone off or on."""
    return _act("callToggleMute")


def toggle_camera() -> FunctionVar[Any]:
    """Turn the own camera off or on."""
    return _act("callToggleCamera")


def toggle_screen() -> FunctionVar[Any]:
    """Show the screen in place of the camera, or stop that. Must be tied to a click."""
    return _act("callToggleScreen")


def toggle_more() -> FunctionVar[Any]:
    """Show or hide devices and the code."""
    return _act("callToggleMore")


def shrink() -> FunctionVar[Any]:
    """Show the call in a small window beside the chat."""
    return _act("callShrink")


def grow() -> FunctionVar[Any]:
    """Show the call large again."""
    return _act("callGrow")


def use_device(device: Literal["microphone", "camera", "speaker"]) -> FunctionVar[Any]:
    """Use the device with the id that the trigger gives, from now on."""
    return _act("callUseDevice", device)


def toggle_ask() -> FunctionVar[Any]:
    """Show the preview before each call, or do not."""
    return _act("callToggleAsk")


def record(*, on: bool) -> FunctionVar[Any]:
    """Ask for a recording or agree to one; with ``on`` false decline, withdraw or stop it."""
    return _act("callRecord", on)


def test_speaker() -> FunctionVar[Any]:
    """Play a short tune on the chosen speaker."""
    return _act("callTestSpeaker")


def listen() -> FunctionVar[Any]:
    """Play what the browser held back until there was a click."""
    return _act("callListen")


def picture_in_picture() -> FunctionVar[Any]:
    """Show the other person in a window over other programs."""
    return _act("callPictureInPicture")
