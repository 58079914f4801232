"""Where somebody is logged in."""

from fastapi import Response

from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, Asker, router
from chatbeside.api.shapes import EndedAnswer, SessionsAnswer
from chatbeside.domain.clock import iso
from chatbeside.services import guard
from chatbeside.services.devices import device_of

routes = router(prefix="/api/auth/sessions", tag="accounts")


@routes.get("")
@guard.signed_in
async def all_of_mine(api: Api, asker: Asker) -> SessionsAnswer:
    """Return the asker's log-ins that hold."""
    found = [(session, device_of(session.user_agent)) for session in await api.sessions.mine(asker)]
    return {
        "sessions": [
            {
                "_id": session.id,
                "device": device.name,
                "kind": device.kind,
                "createdAt": iso(session.created_at),
                "lastSeenAt": iso(session.last_seen_at),
                "current": session.id == asker.session.id,
            }
            for session, device in found
        ]
    }


@routes.delete("")
@guard.signed_in
async def end_others(api: Api, asker: Asker) -> EndedAnswer:
    """End all log-ins of the asker but this one."""
    return {"ended": await api.sessions.revoke_others(asker)}


@routes.delete("/{session}", status_code=204, responses=errors(404))
@guard.signed_in
async def end(api: Api, asker: Asker, session: str) -> Response:
    """End a log-in of the asker, also this one; its sockets and pages close."""
    await api.sessions.revoke(asker, session)
    return Response(status_code=204)
