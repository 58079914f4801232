"""The Socket.IO door: events in, events out, who is here."""

from chatbeside.realtime.hub import Hub, Pace
from chatbeside.services.container import Services
from chatbeside.services.events import Relay
from chatbeside.settings import Settings

__all__ = ["Hub", "Pace", "build_hub"]


def build_hub(services: Services, settings: Settings, *, pace: Pace | None = None) -> Hub:
    """Return the hub, listening to what the services publish.

    Args:
        services: Made with a :class:`Relay` as their publisher.
        settings: The settings of this process.
        pace: How often the hub looks after things; the default is right but for tests.
    """
    hub = Hub(services, settings, pace or Pace())
    if not isinstance(services.publisher, Relay):
        raise TypeError("Services that a hub listens to need a Relay as their publisher.")
    services.publisher.listen(hub.fanout)
    services.publisher.listen(hub.calls)
    services.publisher.listen(hub.group_calls)
    services.publisher.listen(hub.recordings)
    return hub
