"""Between values of the domain and what a database keeps: one codec a model, made from its type hints.

A :class:`Form` says how one kind of storage writes moments and nested values; :data:`PLAIN` is the
form of :meth:`chatbeside.store.interfaces.Store.dump`, which is JSON.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from chatbeside.domain.assistant import Answering, Citation, Config, Reminder, Usage
from chatbeside.domain.audit import AuditEntry
from chatbeside.domain.calls import Call
from chatbeside.domain.clock import iso, to_milliseconds
from chatbeside.domain.files import StoredFile
from chatbeside.domain.group_calls import GroupCall, Seat
from chatbeside.domain.models import Attachment, Invite, Member, Message, Receipt, Room, Session, User
from chatbeside.domain.moderation import Block, Report
from chatbeside.domain.proofs import Identity, OneTime, SecondFactor
from chatbeside.domain.push import PushSubscription

T = TypeVar("T")
Convert = Callable[[Any], Any]

MODELS: Mapping[str, type[Any]] = {
    "users": User,
    "sessions": Session,
    "rooms": Room,
    "members": Member,
    "receipts": Receipt,
    "messages": Message,
    "config": Config,
    "usage": Usage,
    "reminders": Reminder,
    "answers": Answering,
    "citations": Citation,
    "calls": Call,
    "group_calls": GroupCall,
    "invites": Invite,
    "files": StoredFile,
    "push": PushSubscription,
    "audit": AuditEntry,
    "blocks": Block,
    "reports": Report,
    "onetimes": OneTime,
    "factors": SecondFactor,
    "identities": Identity,
}
"""The model of every noun."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "users": ("id",),
    "sessions": ("id",),
    "rooms": ("id",),
    "members": ("room_id", "user_id"),
    "receipts": ("room_id", "user_id"),
    "messages": ("room_id", "seq"),
    "config": ("name",),
    "usage": ("month", "user_id", "room_id"),
    "reminders": ("id",),
    "answers": ("id",),
    "citations": ("cited_id", "answer_id"),
    "calls": ("id",),
    "group_calls": ("id",),
    "invites": ("id",),
    "files": ("id",),
    "push": ("endpoint",),
    "audit": ("id",),
    "blocks": ("user_id", "blocked_id"),
    "reports": ("id",),
    "onetimes": ("id",),
    "factors": ("user_id",),
    "identities": ("issuer", "subject"),
}
"""The fields that tell records of a noun apart; :meth:`Store.dump` gives records in this order."""

DUMP_BATCH = 500
"""Records in one batch of :meth:`Store.dump`."""


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Form:
    """How a storage writes (``out``) and reads (``in``) what it has no type of its own for.

    Nested values come as lists and dicts of JSON values.
    """

    moment_out: Convert
    moment_in: Convert
    nested_out: Convert = _same
    nested_in: Convert = _same


PLAIN = Form(iso, lambda text: to_milliseconds(datetime.fromisoformat(text)))
"""JSON: moments are ISO 8601 in UTC with milliseconds."""


class Codec(Generic[T]):
    """Writes values of one model in one form and reads them back."""

    def __init__(self, model: type[T], form: Form) -> None:
        hints = get_type_hints(model)
        self.names = tuple(each.name for each in fields(model))  # type: ignore[arg-type]
        self._model = model
        pairs = {name: _converters(hints[name], form) for name in self.names}
        self._out = {name: pair[0] for name, pair in pairs.items()}
        self._in = {name: pair[1] for name, pair in pairs.items()}
        self._in_order = tuple(self._in.values())

    def encode(self, value: T) -> dict[str, Any]:
        """Return every field of ``value`` by its name."""
        return {name: convert(getattr(value, name)) for name, convert in self._out.items()}

    def encode_fields(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Return some fields in this form. Raises ValueError for a name that the model does not have."""
        unknown = changes.keys() - self._out.keys()
        if unknown:
            raise ValueError(f"{self._model.__name__} has no {', '.join(sorted(unknown))}")
        return {name: self._out[name](value) for name, value in changes.items()}

    def decode(self, record: Mapping[str, Any]) -> T:
        """Return the value of ``record``. Fields that are missing take the model's default."""
        return self._model(**{name: convert(record[name]) for name, convert in self._in.items() if name in record})

    def decode_row(self, row: tuple[Any, ...]) -> T:
        """Return the value of a row that begins with the columns :attr:`names`, in their order."""
        return self._model(*[convert(value) for convert, value in zip(self._in_order, row, strict=False)])


def _converters(hint: Any, form: Form) -> tuple[Convert, Convert]:
    """Return how a field of this type is written and read."""
    if get_origin(hint) is UnionType:
        inner = [each for each in get_args(hint) if each is not NoneType]
        out, into = _converters(inner[0], form)
        return _or_none(out), _or_none(into)
    pair: tuple[Convert, Convert] = (_same, _same)
    if hint is datetime:
        pair = form.moment_out, form.moment_in
    elif isinstance(hint, type) and issubclass(hint, Enum):
        pair = _enum_out, hint
    elif hint is bool:
        pair = bool, bool
    elif get_origin(hint) is tuple:
        pair = _nested(*_ITEMS[get_args(hint)[0]], form)
    elif get_origin(hint) is Mapping:
        pair = _nested(*_VALUES.get(get_args(hint)[1], (dict, dict)), form)
    return pair


def _nested(out: Convert, into: Convert, form: Form) -> tuple[Convert, Convert]:
    return lambda value: form.nested_out(out(value)), lambda stored: into(form.nested_in(stored))


def _or_none(convert: Convert) -> Convert:
    if convert is _same:
        return _same
    return lambda value: None if value is None else convert(value)


def _enum_out(value: Any) -> str:
    return str(value.value if isinstance(value, Enum) else value)


_ATTACHMENT = tuple(each.name for each in fields(Attachment))


def _attachment_out(value: Attachment) -> dict[str, Any]:
    return {name: getattr(value, name) for name in _ATTACHMENT}


def _attachment_in(stored: Mapping[str, Any]) -> Attachment:
    return Attachment(**{name: stored[name] for name in _ATTACHMENT if name in stored})


_SEAT = tuple(each.name for each in fields(Seat))


def _seat_out(value: Seat) -> dict[str, Any]:
    return {name: getattr(value, name) for name in _SEAT}


def _seat_in(stored: Mapping[str, Any]) -> Seat:
    return Seat(**{name: stored[name] for name in _SEAT if name in stored})


_ITEMS: Mapping[Any, tuple[Convert, Convert]] = {
    str: (list, tuple),
    Attachment: (
        lambda value: [_attachment_out(each) for each in value],
        lambda stored: tuple(_attachment_in(each) for each in stored),
    ),
    Seat: (
        lambda value: [_seat_out(each) for each in value],
        lambda stored: tuple(_seat_in(each) for each in stored),
    ),
}
_VALUES: Mapping[Any, tuple[Convert, Convert]] = {
    tuple[str, ...]: (
        lambda value: {key: list(each) for key, each in value.items()},
        lambda stored: {key: tuple(each) for key, each in stored.items()},
    ),
}

PLAIN_CODECS: Mapping[str, Codec[Any]] = {noun: Codec(model, PLAIN) for noun, model in MODELS.items()}
"""The codec of :meth:`Store.dump`, by noun."""
