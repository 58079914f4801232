"""Finding people."""

from chatbeside.domain.errors import InvalidInput, NotFound
from chatbeside.domain.ids import is_id
from chatbeside.domain.models import User
from chatbeside.domain.names import username_key
from chatbeside.services.principal import Principal
from chatbeside.store.interfaces import Store

SEARCH_MOST = 50
_QUERY_MOST = 64


class People:
    """Looks up people by id and by name. Everybody who is signed in may see everybody's public face."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def search(self, principal: Principal, query: str, *, limit: int = 20, after: str = "") -> list[User]:
        """Return active people whose name begins with ``query``, by name.

        Args:
            principal: Who asks.
            query: The beginning of a name, in any case, with or without ``@``; empty for everybody.
            limit: The most people to return, 1 to :data:`SEARCH_MOST`.
            after: The name of the last one of the page before.

        Raises:
            InvalidInput: The limit or the length of the query is out of bounds.
        """
        if not 1 <= limit <= SEARCH_MOST:
            raise InvalidInput("Check the limit.", fields={"limit": f"Use 1 to {SEARCH_MOST}."})
        if len(query) > _QUERY_MOST:
            raise InvalidInput("Check the query.", fields={"query": f"Use at most {_QUERY_MOST} characters."})
        prefix = username_key(query.strip().removeprefix("@"))
        return await self._store.users.search(prefix, limit=limit, after=username_key(after))

    async def get(self, principal: Principal, user_id: str) -> User:
        """Return a person, also one whose account is closed: their messages are still there.

        Raises:
            NotFound: There is nobody with this id.
        """
        user = await self._store.users.get(user_id) if is_id(user_id) else None
        if user is None:
            raise NotFound("There is nobody with this id.")
        return user

    async def find(self, principal: Principal, who: str) -> User:
        """Return the active person with this id, or else with this name. Raises :class:`NotFound`."""
        user = await self._store.users.get(who) if is_id(who) else None
        if user is not None and not user.deactivated_at:
            return user
        return await self.by_username(principal, who)

    async def by_username(self, principal: Principal, username: str) -> User:
        """Return the active person with this name, in any case, with or without ``@``. Raises :class:`NotFound`."""
        user = await self._store.users.by_username(username_key(username.strip().removeprefix("@")))
        if user is None or user.deactivated_at:
            raise NotFound("There is nobody with this name.")
        return user
