"""What is taken on the page's own sockets (Reflex, ``/_event``): events that a page can send, and nothing else.

Reflex answers anything else with a traceback in the log, together with what was sent. Anybody can open such a socket,
so it is looked at first: what a page never sends is dropped, and the log says so in one line without its content.
"""

import json
import logging
from collections.abc import Container
from typing import Any

import reflex as rx
from redis.exceptions import ConnectionError as RedisAway
from reflex_base.registry import RegistrationContext

_log = logging.getLogger(__name__)
_SETTER = ".setvar"
"""Reflex gives each state a handler that sets any of its vars. No page uses it."""
_TEXTS = ("pathname", "asPath")
_ARGUMENTS = {"connect": 3, "disconnect": 2, "event": 3, "client_error": 2, "ping": 1}
"""What can happen on such a socket, and with how many arguments, the socket's name among them."""


def guard_events(app: rx.App) -> None:
    """Let only events through to ``app`` that a page can send. Call it once, after the pages were added."""
    namespace = app.event_namespace
    if namespace is None:  # the app has no states
        return
    known = frozenset(
        name for name in RegistrationContext.ensure_context().event_handlers if not name.endswith(_SETTER)
    )
    take, trigger = namespace.on_event, namespace.trigger_event

    # Also called with what comes along when a socket opens.
    async def on_event(sid: str, *arguments: Any) -> None:
        problem = wrong(arguments, known)
        if problem:
            _log.info("dropped an event of a page's socket: %s", problem)
        else:
            await take(sid, arguments[0])

    async def trigger_event(event: object, *arguments: Any) -> Any:
        most = _ARGUMENTS.get(event) if isinstance(event, str) else None
        if most is None:
            _log.info("dropped an event of a page's socket: it has a name of its own")
            return None
        return await trigger(event, *arguments[:most])

    namespace.on_event = on_event  # type: ignore[method-assign, assignment]
    namespace.trigger_event = trigger_event


def failed(exception: Exception) -> None:
    """Note that Reflex could not take an event; what goes wrong in a handler was told to the page by the handler.

    Reflex's own way is an alert that the page would have to evaluate as a script, which its policy forbids. The page
    reports that as an event, and while Redis is away this one fails as well: page and server would do nothing else.
    """
    if isinstance(exception, RedisAway):
        _log.error("an event of a page was not taken: Redis is away")
    else:
        _log.error("an event of a page was not taken", exc_info=exception)


def wrong(arguments: tuple[Any, ...], known: Container[str]) -> str:
    """Return what is wrong with an event, in words without its content; nothing when a page can send it.

    Args:
        arguments: What came with it.
        known: The full names of the handlers.
    """
    if len(arguments) != 1 or not isinstance(arguments[0], dict):
        return "it is no object"
    event = arguments[0]
    name = event.get("name")
    if not isinstance(name, str) or name not in known:
        return "there is no such handler"
    router = event.get("router_data", {})
    if not isinstance(event.get("payload", {}), dict) or not isinstance(router, dict):
        return "its parts are no objects"
    if not isinstance(router.get("query", {}), dict) or not all(isinstance(router.get(key, ""), str) for key in _TEXTS):
        return "it comes from no page"
    try:
        # Neither the log nor any answer could hold a lone surrogate.
        json.dumps(event, ensure_ascii=False).encode()
    except (ValueError, TypeError, RecursionError):
        return "it is no text"
    return ""
