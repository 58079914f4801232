"""What every door that a browser can reach must check: the session cookie and where a request comes from."""

from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from chatbeside.settings import Settings

SESSION_COOKIE = "chatbeside_session"
"""HttpOnly, SameSite=Lax; holds the session token."""
REQUEST_HEADER = "X-Chatbeside"
"""A header that a page of another site cannot send; asked for where the cookie alone would let a request in."""


def token_from_cookies(header: str | None) -> str | None:
    """Return the session token from a ``Cookie`` header, or ``None``."""
    if not header:
        return None
    cookies: SimpleCookie = SimpleCookie()
    # Cookies of other programs on this host may be malformed; each is read by itself, so that they do no harm.
    for pair in header.split(";"):
        if pair.strip().startswith(f"{SESSION_COOKIE}="):
            try:
                cookies.load(pair.strip())
            except CookieError:
                continue
    morsel = cookies.get(SESSION_COOKIE)
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
