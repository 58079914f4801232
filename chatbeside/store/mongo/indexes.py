"""Every index. A query that none of them serves does not belong in this adapter.

A unique value that may be missing (an e-mail address, the pair of a direct conversation) has a *slot*
beside it, which holds the value or, when there is none, the document's own id. So a plain unique
index does, and nothing depends on partial indexes, which not every MongoDB-compatible server has.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Index:
    """One index: its fields, all rising."""

    name: str
    fields: tuple[str, ...]
    unique: bool = False


INDEXES: Mapping[str, tuple[Index, ...]] = {
    "users": (
        Index("username", ("username_key",), unique=True),
        Index("email", ("email_slot",), unique=True),
        Index("people", ("bot", "deactivated_at")),
        Index("administrator", ("administrator", "_id")),
    ),
    "sessions": (
        Index("alive", ("user_id", "alive", "created_at", "_id")),
        Index("expire", ("alive", "expires_at")),
    ),
    "rooms": (
        Index("pair", ("pair_slot",), unique=True),
        Index("public", ("public", "name_key", "_id")),
        Index("kind", ("kind", "name_key", "_id")),
    ),
    "members": (
        Index("place", ("room_id", "user_id"), unique=True),
        Index("role", ("room_id", "role", "user_id")),
        Index("user", ("user_id", "room_id")),
    ),
    "receipts": (
        Index("place", ("room_id", "user_id"), unique=True),
        Index("user", ("user_id", "room_id")),
    ),
    "messages": (
        Index("seq", ("room_id", "seq"), unique=True),
        Index("rev", ("room_id", "rev"), unique=True),
        Index("used", ("room_id", "used"), unique=True),
        Index("client", ("room_id", "sender_id", "client_id"), unique=True),
        Index("sender", ("room_id", "sender_id", "seq")),
        Index("pinned", ("room_id", "pinned_at", "_id")),
        Index("counts", ("room_id", "counts", "seq", "sender_id")),
        Index("counts_for", ("room_id", "counts_for", "seq")),
        Index("words", ("room_id", "words", "created_at")),
        Index("files", ("room_id", "has_file", "created_at")),
    ),
    "heads": (),
    "config": (Index("name", ("name",), unique=True),),
    "usage": (Index("place", ("month", "user_id", "room_id"), unique=True),),
    "reminders": (
        Index("due", ("open", "due_at", "_id")),
        Index("user", ("user_id", "open", "due_at", "_id")),
    ),
    "answers": (Index("seen", ("seen_at", "_id")),),
    "citations": (
        Index("place", ("cited_id", "answer_id"), unique=True),
        Index("answer", ("answer_id", "cited_id")),
    ),
    "calls": (
        Index("caller", ("open", "caller_id")),
        Index("callee", ("open", "callee_id")),
        Index("started", ("open", "started_at", "_id")),
    ),
    "group_calls": (
        Index("open", ("open_slot",), unique=True),
        Index("started", ("open", "started_at", "_id")),
    ),
    "invites": (Index("room", ("room_id", "open", "created_at", "_id")),),
    "files": (
        Index("unsettled", ("open", "created_at", "_id")),
        Index("unsettled_of", ("open", "uploader_id")),
    ),
    "push": (
        Index("endpoint", ("endpoint",), unique=True),
        Index("user", ("user_id",)),
        Index("session", ("session_id",)),
    ),
    "onetimes": (
        Index("user", ("user_id", "kind", "open")),
        Index("expires", ("expires_at",)),
    ),
    "factors": (Index("user", ("user_id",), unique=True),),
    "identities": (
        Index("subject", ("issuer", "subject"), unique=True),
        Index("user", ("user_id", "issuer", "subject")),
    ),
    "blocks": (
        Index("place", ("user_id", "blocked_id"), unique=True),
        Index("against", ("blocked_id",)),
    ),
    "reports": (Index("open", ("open", "_id")),),
    "audit": (
        Index("kind", ("kind", "_id")),
        Index("people", ("people", "_id")),
        Index("people_kind", ("people", "kind", "_id")),
    ),
}
"""By collection. ``_id`` has its own everywhere. An index that changes gets a new name: servers refuse it otherwise."""


def slot(value: str | None, document_id: str) -> str:
    """Return what goes into the slot of a unique value that may be missing."""
    return f"={value}" if value is not None else f"-{document_id}"
