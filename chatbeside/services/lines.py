"""Quiet lines in a timeline that tell of a change in the room."""

from chatbeside.domain.content import new_client_id
from chatbeside.domain.models import MessageKind, Room, User
from chatbeside.services.messages import Messages


class Lines:
    """Writes system messages. Their text is for people; a program reads ``data``."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    async def write(
        self,
        room: Room,
        by: User,
        event: str,
        text: str,
        *,
        user: str | None = None,
        value: str | bool | None = None,
    ) -> None:
        """Store a line and tell the members.

        Args:
            room: Where it happened.
            by: Whose doing it was.
            event: What happened, for programs: a few stable words.
            text: What happened, for people.
            user: The id of whom it happened to, when that is somebody else.
            value: What something is from now on, or how it came about.
        """
        data: dict[str, object] = {"event": event}
        if user:
            data["user"] = user
        if value is not None:
            data["value"] = value
        await self._messages.post(room, by.id, text, client_id=new_client_id(), kind=MessageKind.SYSTEM, data=data)
