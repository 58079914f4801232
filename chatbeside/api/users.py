"""People."""

from typing import Annotated

from fastapi import Query

from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, Asker, router
from chatbeside.api.shapes import UserAnswer, UsersAnswer, UsersQuery
from chatbeside.domain.wire import user_to_wire
from chatbeside.services import guard

routes = router(prefix="/api/users", tag="people")


@routes.get("")
@guard.signed_in
async def search(api: Api, asker: Asker, query: Annotated[UsersQuery, Query()]) -> UsersAnswer:
    """Return people whose name begins with ``query``, by name; public fields only."""
    found = await api.people.search(asker, query.query, limit=query.limit, after=query.after)
    return {"users": [user_to_wire(user) for user in found]}


@routes.get("/{user}", responses=errors(404))
@guard.signed_in
async def one(api: Api, asker: Asker, user: str) -> UserAnswer:
    """Return a person by id; public fields only."""
    return {"user": user_to_wire(await api.people.get(asker, user))}
