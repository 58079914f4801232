"""What somebody's device is called in their list of log-ins, by what it says of itself."""

from dataclasses import dataclass

from chatbeside.domain.agents import describe_agent

_PHONES = ("iPhone", "iPad", "Android")


@dataclass(frozen=True, slots=True)
class Device:
    """A device in words. ``kind`` is ``computer``, ``phone`` or ``program``."""

    name: str
    kind: str


def device_of(user_agent: str) -> Device:
    """Return what to call the device that sends this ``User-Agent``; never fails."""
    name = describe_agent(user_agent)
    if any(word in name for word in _PHONES):
        return Device(name, "phone")
    return Device(name or "Unknown device", "computer" if " on " in name else "program")
