"""Web Push."""

from fastapi import Response
from pydantic import Field
from typing_extensions import TypedDict

from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, Asker, router
from chatbeside.api.shapes import Body
from chatbeside.domain.push import ENDPOINT_MOST
from chatbeside.services import guard

routes = router(prefix="/api/push", tag="push")


class PushKeys(Body):
    """As `PushSubscription.toJSON()` of the browser names them."""

    p256dh: str = Field(max_length=100, description="The browser's public key: a point of P-256, base64url.")
    auth: str = Field(max_length=32, description="The browser's secret: 16 bytes, base64url.")


class Subscribe(Body):
    """A browser that wants to be told."""

    endpoint: str = Field(max_length=ENDPOINT_MOST, description="Where the browser's push service takes messages.")
    keys: PushKeys


class Unsubscribe(Body):
    """A browser that wants nothing any more."""

    endpoint: str = Field(max_length=ENDPOINT_MOST)


class KeyAnswer(TypedDict):
    """The server's public key."""

    key: str


@routes.get("/key")
@guard.signed_in
async def key(api: Api, asker: Asker) -> KeyAnswer:
    """Return the key with which a browser subscribes (`applicationServerKey`, VAPID, RFC 8292)."""
    return {"key": api.push.key}


@routes.post("", status_code=204, responses=errors(429))
@guard.signed_in
async def subscribe(api: Api, asker: Asker, body: Subscribe) -> Response:
    """Push new messages to this browser while its person is not here, until this log-in ends."""
    await api.push.subscribe(asker, body.endpoint, p256dh=body.keys.p256dh, auth=body.keys.auth)
    return Response(status_code=204)


@routes.delete("", status_code=204)
@guard.signed_in
async def unsubscribe(api: Api, asker: Asker, body: Unsubscribe) -> Response:
    """Push nothing to this browser any more."""
    await api.push.unsubscribe(asker, body.endpoint)
    return Response(status_code=204)
