"""The choke point: every entry point says who may call it.

REST routes, socket events and page handlers carry a mark. The doors refuse to register one without,
and authenticate before they call one that is not public. A test enumerates them all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Unguarded(TypeError):
    """An entry point without a mark was about to be registered."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may call an entry point.

    ``needs_session`` is true unless it is public; ``why`` says why it is public.
    """

    needs_session: bool
    why: str = ""


def public(why: str) -> Callable[[_Function], _Function]:
    """Mark an entry point that anybody may call.

    Args:
        why: The reason, for whoever reviews the list of public entry points.
    """
    if not isinstance(why, str) or not why.strip():
        raise TypeError('Say why it is public: @guard.public("...").')
    return lambda function: _mark(function, Guard(needs_session=False, why=why))


def signed_in(function: _Function) -> _Function:
    """Mark an entry point that needs a live session."""
    return _mark(function, Guard(needs_session=True))


def of(function: Callable[..., Any]) -> Guard:
    """Return the mark of an entry point. Raises :class:`Unguarded` when it has none."""
    mark = getattr(function, "__guard__", None)
    if not isinstance(mark, Guard):
        name = getattr(function, "__qualname__", repr(function))
        raise Unguarded(
            f"{name} says nothing about who may call it: mark it with guard.public(why) or guard.signed_in."
        )
    return mark


def _mark(function: _Function, guard: Guard) -> _Function:
    function.__guard__ = guard  # type: ignore[attr-defined]
    return function
