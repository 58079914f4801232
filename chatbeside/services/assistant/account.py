"""The assistant's own account."""

from chatbeside.domain.clock import Clock
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Session, User
from chatbeside.domain.names import username_key
from chatbeside.services.principal import Principal
from chatbeside.store.interfaces import Store, Taken

USERNAME = "beside"
DISPLAY_NAME = "Beside"
_NAMES = (USERNAME, "beside.assistant", "the.assistant")


async def ensure_account(store: Store, clock: Clock) -> User:
    """Return the assistant's account, made at the first start.

    It has no password and no address, so nobody can log in as it. Where a person already has its name (in data from
    before there was an assistant) it takes another one.
    """
    for name in _NAMES:
        found = await store.users.by_username(username_key(name))
        if found is None:
            user = User(new_id(), name, username_key(name), clock(), bot=True, display_name=DISPLAY_NAME)
            try:
                await store.users.add(user)
            except Taken:  # another worker was faster
                found = await store.users.by_username(username_key(name))
            else:
                return user
        if found is not None and found.bot:
            return found
    raise RuntimeError(f"People have all the names that the assistant could have: {', '.join(_NAMES)}.")


def principal_of(user: User) -> Principal:
    """Return the assistant as somebody who may ask services. Its session is stored nowhere and proves nothing."""
    session = Session(new_id(), user.id, user.created_at, user.created_at, user.created_at)
    return Principal(user, session)
