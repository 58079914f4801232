"""Tries a TURN server as a browser would: asks it for a relayed address (RFC 8656, section 7)."""

import asyncio

from aioice.stun import TransactionError
from aioice.turn import create_turn_endpoint
from aiortc.rtcicetransport import parse_stun_turn_uri

from chatbeside.launch.doctor.finding import Finding, well, wrong

_PART = "calls"


async def relay(server: tuple[str, str, str]) -> Finding:
    """Return whether a TURN server lends an address.

    Args:
        server: Its URI (RFC 7065), and a user name and password of the kind that browsers get.
    """
    url, name, password = server
    try:
        parsed = parse_stun_turn_uri(url)
    except ValueError:
        return wrong(_PART, f"{url} is no TURN address", "TURN_URL looks like turn:turn.example.org:3478")
    place = (str(parsed["host"]), int(parsed["port"] or 3478))
    try:
        async with asyncio.timeout(10):
            transport, _ = await create_turn_endpoint(
                asyncio.DatagramProtocol,
                place,
                name,
                password,
                ssl=parsed["scheme"] == "turns",
                transport=str(parsed.get("transport") or "udp"),
            )
    except TransactionError:
        advice = "TURN_SECRET must be its static-auth-secret; the clocks of both machines must agree."
        return wrong(_PART, f"the TURN server {url} refuses", advice)
    except (OSError, TimeoutError):
        return wrong(_PART, f"the TURN server {url} does not answer", "Is it running? Do firewalls let it through?")
    transport.close()
    return well(_PART, f"the TURN server {url} lends addresses")
