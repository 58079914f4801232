"""The parts of a call that are components of their own, because they hold media, a dialog or keys."""

from typing import Any, Final, Literal

import reflex as rx
from reflex.constants.compiler import MemoizationMode
from reflex.vars.base import Var

PARTS: Final = "$/public/calls/parts.js"


class CallPicture(rx.Component):
    """A picture of the call: the other person's, the own one, or the own one before the call."""

    library = PARTS
    tag = "CallPicture"

    part: Var[Literal["remote", "own", "preview"]]
    label: Var[str]
    mirrored: Var[bool]
    on_playing: rx.EventHandler[rx.event.no_args_event_spec]


class CallClock(rx.Component):
    """How long the call has lasted. ``since`` is when it began, in milliseconds; 0 shows nothing."""

    library = PARTS
    tag = "CallClock"

    since: Var[float]


class CallLevel(rx.Component):
    """How loud the own microphone is, before the call."""

    library = PARTS
    tag = "CallLevel"

    label: Var[str]
    bars: Var[int]


class CallDialog(rx.Component):
    """A native modal dialog that is open while it is on the page. ``alert`` announces it at once."""

    library = PARTS
    tag = "CallDialog"
    _memoization_mode = MemoizationMode(recursive=False)

    label: Var[str]
    alert: Var[bool]
    on_escape: rx.EventHandler[rx.event.no_args_event_spec]


class CallKeys(rx.Component):
    """Shows nothing. M, V and S are microphone, camera and screen while there is a call and nobody writes."""

    library = PARTS
    tag = "CallKeys"


def picture(part: Literal["remote", "own", "preview"], label: Any, **props: Any) -> rx.Component:
    """Return one of the pictures of the call; ``label`` is its name for assistive technology."""
    return CallPicture.create(part=part, label=label, **props)


clock = CallClock.create
level = CallLevel.create
dialog = CallDialog.create
keys = CallKeys.create
