"""The quick switcher's finds, and who is there: live values of ``assets/live/finding.js``."""

from typing import Any

from reflex.vars import FunctionVar
from reflex.vars.base import Var

from chatbeside.ui.live.binding import action, hook_var
from chatbeside.ui.live.shapes import Find

_MODULE = "$/public/live/finding.js"


def finds() -> Var[list[Find]]:
    """Return conversations and rooms that fit what is looked for, the best first; without it the latest ones."""
    return hook_var("useLiveFinds", list[Find], module=_MODULE)


def not_listed(people: Any) -> Any:
    """Return those of ``people``, a Var of a list with an ``id`` each, who are not among :func:`finds` already."""
    return hook_var("useLiveNotListed", people._var_type, people, module=_MODULE)


def find() -> FunctionVar[Any]:
    """Look for the trigger's own value."""
    return action("liveFind", module=_MODULE)


def presence(user_id: Var[str] | str) -> Var[str]:
    """Return whether somebody is ``online``, ``away`` or ``offline``."""
    return hook_var("useLivePresence", str, user_id, module=_MODULE)
