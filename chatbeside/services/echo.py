"""Test calls: somebody calls the server's echo to see and hear whether a call would work."""

from dataclasses import dataclass

from chatbeside.domain.clock import Clock
from chatbeside.domain.errors import InvalidInput, NotFound
from chatbeside.domain.limits import LimitName
from chatbeside.services.ice import ice_servers
from chatbeside.services.limits import Limits
from chatbeside.services.media import Media, MediaLeg
from chatbeside.services.principal import Principal
from chatbeside.settings import Settings

OFFER_MOST = 64 * 1024
"""Most characters of an offer."""


@dataclass(frozen=True, slots=True)
class EchoCall:
    """A test call that goes on. ``answer`` is SDP with all candidates in it."""

    id: str
    answer: str


class EchoCalls:
    """The test calls of this process: one a person at a time."""

    def __init__(self, *, media: Media, settings: Settings, clock: Clock, limits: Limits) -> None:
        self._media = media
        self._settings = settings
        self._clock = clock
        self._legs: dict[str, MediaLeg] = {}
        self._limits = limits

    async def begin(self, principal: Principal, offer: str) -> EchoCall:
        """Begin a test call; one that the asker has already is ended. It ends by itself after two minutes.

        Args:
            principal: Who tests.
            offer: The browser's SDP with all candidates in it.

        Raises:
            InvalidInput: This offer cannot be answered, or too many people test now.
            TooMany: The asker has tested very often just now.
            Unavailable: The media worker does not run.
        """
        await self._limits.take(LimitName.TEST_CALLS, principal.user.id)
        if len(offer) > OFFER_MOST:
            raise InvalidInput("This offer is too long.", fields={"offer": f"At most {OFFER_MOST} characters."})
        servers = ice_servers(self._settings, principal.user.id, self._clock())
        leg = await self._media.open("echo", offer=offer, iceServers=servers)
        self._legs = {user_id: each for user_id, each in self._legs.items() if not each.ended}
        before = self._legs.get(principal.user.id)
        self._legs[principal.user.id] = leg
        if before is not None:
            await before.close()
        return EchoCall(leg.id, str(leg.opened["answer"]))

    async def end(self, principal: Principal, echo_id: str) -> None:
        """End a test call of the asker; nothing happens when it is over.

        Raises:
            NotFound: The asker has no such call.
        """
        leg = self._legs.get(principal.user.id)
        if leg is None or leg.id != echo_id:
            raise NotFound("There is no such test call, or it is over.")
        del self._legs[principal.user.id]
        await leg.close()
