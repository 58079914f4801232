"""How a page handler learns who asks, and what every handler goes through before its first line.

A state's public methods can be called by any client with any arguments, so every one of them is made
by :func:`handler`. It wants a mark (:mod:`chatbeside.services.guard`), authenticates from the session
cookie on every event, and checks the type of every argument. The page's own token proves nothing.
"""

import functools
import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import Any, get_type_hints

import reflex as rx
from pydantic import TypeAdapter, ValidationError

from chatbeside.domain.errors import ChatError, NotSignedIn, Unavailable
from chatbeside.domain.limits import LimitName
from chatbeside.services import guard, runtime, source
from chatbeside.services.limits import address_key
from chatbeside.services.principal import Principal
from chatbeside.services.web import token_from_cookies

LOGIN_PAGE = "/login"
_log = logging.getLogger(__name__)

Handler = Callable[..., Awaitable[Any]]


async def principal_of(state: rx.State) -> Principal:
    """Return who sits at this page. Raises :class:`NotSignedIn`.

    The cookie came with the websocket's handshake, so the session is looked up anew on every event.
    """
    token = token_from_cookies(state.router.headers.cookie)
    if token is None:
        raise NotSignedIn("Log in first.")
    return await runtime.current().accounts.authenticate(token)


def handler(function: Handler) -> Handler:
    """Make a marked coroutine function into an event handler of a state.

    A handler marked ``signed_in`` takes the :class:`Principal` as its second argument. A :class:`ChatError`
    goes to the state's ``_refused(error)``; somebody whose session is over goes to the log-in page.

    Raises:
        Unguarded: ``function`` has no mark.
        TypeError: It is no coroutine function, or an argument has no type.
    """
    mark = guard.of(function)
    if not inspect.iscoroutinefunction(function):
        raise TypeError(f"{function.__qualname__} must be a coroutine function.")
    parameters = list(inspect.signature(function).parameters.values())
    hidden = 2 if mark.needs_session else 1
    hints = get_type_hints(function)
    exact = get_type_hints(function, include_extras=True)
    checks = {parameter.name: TypeAdapter(exact[parameter.name]) for parameter in parameters[hidden:]}
    signature = inspect.Signature([parameters[0], *parameters[hidden:]])

    async def guarded(state: rx.State, bound: dict[str, Any]) -> Any:
        limits = runtime.current().limits
        if not mark.needs_session:
            await limits.take(LimitName.REQUESTS, address_key(source.current().address))
            return await function(state, **bound)
        try:
            principal = await principal_of(state)
        except NotSignedIn:
            await limits.take(LimitName.STRANGERS, address_key(source.current().address))
            return rx.redirect(LOGIN_PAGE)
        await limits.take(LimitName.REQUESTS, principal.user.id)
        return await function(state, principal, **bound)

    @functools.wraps(function)
    async def run(state: rx.State, *args: Any, **kwargs: Any) -> Any:
        try:
            bound = _checked(checks, signature.bind(state, *args, **kwargs).arguments)
        except TypeError:
            _log.info("Refused a call of %s: wrong arguments", function.__qualname__)
            return None
        try:
            with source.coming_from(_source(state)):
                return await guarded(state, bound)
        except ChatError as error:
            return _tell(state, error)
        except Exception:
            _log.exception("%s failed", function.__qualname__)
            return _tell(state, Unavailable("Something went wrong on the server. Try again in a moment."))

    # Reflex reads names and types from here; the principal is none of the client's business.
    run.__signature__ = signature
    run.__annotations__ = {name: hints[name] for name in checks}
    return run


def _source(state: rx.State) -> source.Source:
    return source.Source(state.router.session.client_ip, str(state.router.headers.user_agent))


def _checked(checks: dict[str, TypeAdapter[Any]], arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments by name, each of its declared type. Raises :class:`TypeError`."""
    try:
        return {
            name: check.validate_python(arguments[name], strict=True)
            for name, check in checks.items()
            if name in arguments
        }
    except ValidationError as error:
        raise TypeError from error


def _tell(state: rx.State, error: ChatError) -> Any:
    refused = getattr(state, "_refused", None)
    if refused is None:
        _log.info("%s: %s", type(state).__name__, error.message)
        return None
    return refused(error)
