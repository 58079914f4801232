"""Who asks."""

from dataclasses import dataclass

from chatbeside.domain.models import Session, User


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person with the session they came by."""

    user: User
    session: Session
