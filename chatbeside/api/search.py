"""Search."""

from typing import Annotated

from fastapi import Query

from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, Asker, router
from chatbeside.api.shapes import SearchAnswer, SearchQuery
from chatbeside.domain.wire import find_to_wire
from chatbeside.services import guard
from chatbeside.services.search import Asked

routes = router(prefix="/api/search", tag="messages")


@routes.get("", responses=errors(404))
@guard.signed_in
async def search(api: Api, asker: Asker, query: Annotated[SearchQuery, Query()]) -> SearchAnswer:
    """Return messages that hold every word, newest first, of the rooms that the asker is a member of."""
    sender = None if query.from_ is None else (await api.people.find(asker, query.from_)).id
    found = await api.finder.search(
        asker,
        Asked(
            query.q,
            room=query.room,
            sender=sender,
            since=query.since,
            until=query.until,
            with_file=query.has == "file",
            before=query.before,
            limit=query.limit,
        ),
    )
    finds = [find_to_wire(each.message, each.room, each.sender, each.excerpt) for each in found.finds]
    return {"finds": finds, "next": found.next}
