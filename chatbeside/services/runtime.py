"""How page handlers, which the framework makes by itself, reach the services of this process."""

from chatbeside.services.container import Services

_installed: Services | None = None


def install(services: Services | None) -> None:
    """Set the services of this process; the composition root does it once (``None`` takes them away)."""
    global _installed  # noqa: PLW0603 - the one place for it: Reflex builds its states without arguments
    _installed = services


def current() -> Services:
    """Return the services of this process. Raises :class:`RuntimeError` before :func:`install`."""
    if _installed is None:
        raise RuntimeError("The services are not installed: the server has not started yet.")
    return _installed
