"""The test of devices and connection as a typed Var, its actions and its components; see ``assets/calls/check.js``."""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

import reflex as rx
from reflex.vars import FunctionVar
from reflex.vars.base import Var

from chatbeside.ui.calls.values import Device
from chatbeside.ui.live.binding import action, hook_var

_HOOKS: Final = "$/public/calls/checkhooks.js"
_PARTS: Final = "$/public/calls/checkparts.js"


@dataclass(frozen=True)
class Finding:
    """What the test found of one thing. ``ask`` waits for the person's word, ``off`` was not tried."""

    state: str  # idle | busy | ask | ok | bad | off
    text: str


@dataclass(frozen=True)
class CheckView:
    """How the test looks. ``title`` is the whole in a line, ``good`` whether nothing is wrong so far.

    ``played``: the tone was played. ``blocked``: the browser waits for a click before it plays what comes back.
    """

    phase: str  # ready | running | over
    title: str
    good: bool
    picture: bool
    played: bool
    blocked: bool
    microphone: Finding
    camera: Finding
    speaker: Finding
    echo: Finding
    direct: Finding
    relay: Finding
    chosen_microphone: str
    chosen_camera: str
    chosen_speaker: str
    microphones: list[Device] = field(default_factory=list)
    cameras: list[Device] = field(default_factory=list)
    speakers: list[Device] = field(default_factory=list)


class CheckPicture(rx.Component):
    """The own picture during the test."""

    library = _PARTS
    tag = "CheckPicture"

    label: Var[str]


class CheckLevel(rx.Component):
    """How loud the own microphone is during the test."""

    library = _PARTS
    tag = "CheckLevel"

    label: Var[str]


class CheckSound(rx.Component):
    """Plays what comes back from the server; shows nothing. The test ends when it goes away."""

    library = _PARTS
    tag = "CheckSound"


picture = CheckPicture.create
level = CheckLevel.create
sound = CheckSound.create


def check() -> Var[CheckView]:
    """Return the test of this page."""
    return hook_var("useCheck", CheckView, module=_HOOKS)


def _act(name: str, *args: Any) -> FunctionVar[Any]:
    return action(name, *args, module=_HOOKS)


def start() -> FunctionVar[Any]:
    """Begin, or begin again."""
    return _act("checkStart")


def stop() -> FunctionVar[Any]:
    """End it; what was found stays."""
    return _act("checkStop")


def play() -> FunctionVar[Any]:
    """Play a tone on the chosen speaker."""
    return _act("checkPlay")


def heard(yes: bool) -> FunctionVar[Any]:
    """Say whether the tone was heard."""
    return _act("checkHeard", yes)


def listen() -> FunctionVar[Any]:
    """Play what the browser held back until there was a click."""
    return _act("checkListen")


def use(device: Literal["microphone", "camera", "speaker"]) -> FunctionVar[Any]:
    """Use the device with the id that the trigger gives, in calls too."""
    return _act("checkUse", device)
