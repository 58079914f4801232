"""What every door that a browser can reach must check: the session cookie and where a request comes from."""

from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from chatbeside.settings import Settings

SESSION_COOKIE = "chatbeside_session"
"""HttpOnly, SameSite=Lax; holds the session token."""
STEP_COOKIE = "chatbeside_step"
"""HttpOnly: the ticket of a log-in whose second step comes next, when another provider made the first."""
LINK_COOKIE = "chatbeside_link"
"""HttpOnly: the identity at another provider that waits to be linked by a log-in."""
REQUEST_HEADER = "X-Chatbeside"
"""A header that a page of another site cannot send; asked for where the cookie alone would let a request in."""


def token_from_cookies(header: str | None) -> str | None:
    """Return the session token from a ``Cookie`` header, or ``None``."""
    return cookie_from(header, SESSION_COOKIE)


def own_path(wanted: str) -> str:
    """Return ``wanted`` if it is a path of this site, else the first page."""
    # Browsers read a backslash as a slash and skip tabs and line ends: with those a path can leave the site.
    odd = any(char == "\\" or char.isspace() or not char.isprintable() for char in wanted)
    return wanted if wanted.startswith("/") and not wanted.startswith("//") and not odd else "/"


def cookie_from(header: str | None, name: str) -> str | None:
    """Return the value of a cookie from a ``Cookie`` header, or ``None``."""
    if not header:
        return None
    cookies: SimpleCookie = SimpleCookie()
    # Cookies of other programs on this host may be malformed; each is read by itself, so that they do no harm.
    for pair in header.split(";"):
        if pair.strip().startswith(f"{name}="):
            try:
                cookies.load(pair.strip())
            except CookieError:
                continue
    morsel = cookies.get(name)
    return morsel.value if morsel and morsel.value else None


def origin_allowed(origin: str | None, host: str | None, settings: Settings) -> bool:
    """Return whether a browser's request from ``origin`` may use the cookie.

    Args:
        origin: The ``Origin`` header; ``None`` when there was none (not a cross-site request of a browser).
        host: The ``Host`` header, for the page that this very server gave out.
        settings: ``settings.origins`` lists further origins.
    """
    if origin is None:
        return True
    if origin.rstrip("/") in settings.origins:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:  # for example an unfinished IPv6 address
        return False
    return bool(host) and parts.scheme in ("http", "https") and parts.netloc.lower() == str(host).lower()
