"""The events that a client may send: one model each. A field that is not named here is refused."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from chatbeside.domain.errors import InvalidInput

Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Number = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""A ``seq`` or ``rev``: what JavaScript can hold exactly."""


class Inbound(BaseModel):
    """Base of all: nothing is converted and nothing unknown is taken."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, alias_generator=to_camel)


class JoinRoom(Inbound):
    """``join room``: the newest page, or what changed after ``after`` (a ``rev``)."""

    room: Id
    after: Number | None = None


class History(Inbound):
    """``history``: a page of older or newer messages, bounds are ``seq``; or what surrounds the message ``around``."""

    room: Id
    before: Number | None = None
    after: Number | None = None
    around: Id | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 50


class ChatMessage(Inbound):
    """``chat message``: send. The same ``clientId`` again gets the stored message."""

    room: Id
    content: Annotated[str, StringConstraints(max_length=100_000)] = ""
    client_id: Id
    message_type: Annotated[str, StringConstraints(min_length=1, max_length=32)] = "text"
    reply_to: Id | None = None
    attachments: Annotated[list[Id], Field(max_length=100)] = []


class Read(Inbound):
    """``read``: everything up to ``seq`` was read."""

    room: Id
    seq: Number


class Delivered(Inbound):
    """``delivered``: everything up to ``seq`` arrived."""

    room: Id
    seq: Number


class Typing(Inbound):
    """``typing``: somebody types, or (``on`` false) stopped."""

    room: Id
    on: bool = True


class PresenceState(Inbound):
    """``presence``: whether somebody is at this device."""

    state: Literal["online", "away"]


class People(Inbound):
    """``people``: the public faces of these users."""

    users: Annotated[list[Id], Field(min_length=1, max_length=100)]


def invalid(error: ValidationError) -> InvalidInput:
    """Return ``error`` in the product's own form. What was sent is not repeated."""
    fields: dict[str, str] = {}
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        name = ".".join(str(part) for part in problem["loc"])[:64]
        fields.setdefault(name, problem["msg"])
    return InvalidInput("Check what you sent.", fields=fields)
