"""Notifications of this browser: the module ``assets/live/notifyhooks.js``."""

from dataclasses import dataclass
from typing import Any, Final

from reflex.vars import FunctionVar
from reflex.vars.base import Var

from chatbeside.ui.live.binding import action, hook_var

_MODULE: Final = "$/public/live/notifyhooks.js"


@dataclass(frozen=True)
class Notifications:
    """How it stands with notifications in this browser; ``text`` says it."""

    state: str  # off | asking | on | denied | insecure | unsupported
    on: bool
    can_turn_on: bool
    text: str


def notifications() -> Var[Notifications]:
    """Return how it stands."""
    return hook_var("useLiveNotifications", Notifications, module=_MODULE)


def turn_on_notifications() -> FunctionVar[Any]:
    """Ask the browser, which asks the person, and begin."""
    return action("liveTurnOnNotifications", module=_MODULE)


def turn_off_notifications() -> FunctionVar[Any]:
    """Show nothing any more, and have the server push nothing here."""
    return action("liveTurnOffNotifications", module=_MODULE)
