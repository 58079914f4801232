"""What both adapters do alike when a message gets its place or a new form."""

from dataclasses import fields, replace
from datetime import datetime

from chatbeside.domain.models import COUNTABLE_KINDS, Message, NewMessage

_GIVEN = tuple(each.name for each in fields(NewMessage))
TOP = "\U0010ffff"
"""Above every character of a name, so ``prefix + TOP`` ends the range of names that begin with ``prefix``."""


def counts(kind: str, deleted_at: datetime | None) -> bool:
    """Return whether a message of this kind can make a conversation unread."""
    return kind in COUNTABLE_KINDS and deleted_at is None


def place(new: NewMessage, seq: int, rev: int) -> Message:
    """Return ``new`` as it is stored at this place."""
    return Message(seq=seq, rev=rev, **{name: getattr(new, name) for name in _GIVEN})


def change_form(before: Message, after: Message, rev: int) -> Message:
    """Return ``after`` at the place of ``before``: what tells a message apart never changes."""
    return replace(
        after,
        id=before.id,
        room_id=before.room_id,
        seq=before.seq,
        rev=rev,
        sender_id=before.sender_id,
        client_id=before.client_id,
        created_at=before.created_at,
    )
