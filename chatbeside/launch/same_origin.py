"""A Reflex plugin: the built page talks to the address that it came from."""

from typing import TYPE_CHECKING

from reflex_base.plugins.base import Plugin

if TYPE_CHECKING:
    from reflex_base.plugins.base import PreCompileContext
    from typing_extensions import Unpack

_FILE = "utils/state.js"
_MARK = "// With chatbeside/launch/same_origin.py\n"
# Each piece of Reflex's code with what it becomes.
_CHANGES = {
    "endpoint.hostname = frontend_hostname;": (
        "endpoint.hostname = frontend_hostname; if (import.meta.env.PROD) endpoint.port = window.location.port;"
    ),
    'endpoint.port = ""; // Assume websocket is on https port via load balancer.': (
        "endpoint.port = window.location.port;"
    ),
}


class SameOriginPlugin(Plugin):
    """Takes the back end's port from the page's own address.

    Reflex writes the port into the page when it is built. Here one process serves both, on a port that is chosen when
    it starts or by a proxy in front of it, so the page would call where nobody listens. ``reflex run`` keeps Reflex's
    way, for there the two have ports of their own.
    """

    def pre_compile(self, **context: "Unpack[PreCompileContext]") -> None:
        """Change two lines of Reflex's browser code.

        Raises:
            RuntimeError: A line is not there: another version of Reflex.
        """
        context["add_modify_task"](_FILE, _from_own_address)


def _from_own_address(code: str) -> str:
    if code.startswith(_MARK):
        return code
    for before, after in _CHANGES.items():
        if code.count(before) != 1:
            raise RuntimeError(f"Reflex's {_FILE} changed; look up anew where it takes the page's host and port.")
        code = code.replace(before, after)
    return f"{_MARK}{code}"
