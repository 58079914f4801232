"""What somebody uses, in a few words, from what their program says of itself."""

import re

AGENT_MOST = 60
"""Most characters of the words."""

_BROWSERS = (  # the first one found counts: most browsers say that they are others, too
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def describe_agent(user_agent: str) -> str:
    """Return words such as ``Firefox on Linux`` for a ``User-Agent`` header (RFC 9110, 10.1.5); empty for none.

    Of a program that is no browser the name in front of the first slash is taken, such as ``curl``.
    """
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), None)
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), None)
    if browser:
        return f"{browser} on {system}" if system else browser
    first = re.match(r"[\w .+-]+", user_agent.strip())
    return first[0].strip()[:AGENT_MOST] if first else ""
