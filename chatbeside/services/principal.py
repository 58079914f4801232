"""Who asks."""

from dataclasses import dataclass

from chatbeside.domain.errors import NotAllowed
from chatbeside.domain.models import Session, User


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person with the session they came by."""

    user: User
    session: Session


def check_administrator(principal: Principal) -> None:
    """Raise :class:`NotAllowed` unless the asker is an administrator."""
    if not principal.user.administrator:
        raise NotAllowed("Only an administrator can do this.")
