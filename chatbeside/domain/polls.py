"""Polls: a message with answers to choose from. A vote is the reaction with the number of the answer.

So any client can vote and see votes, whether it knows of polls or not. What a poll adds: everybody has one vote, which
may be moved or taken back until the poll is closed; or one for each answer, where several may be chosen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chatbeside.domain.clock import iso
from chatbeside.domain.errors import Conflict
from chatbeside.domain.models import Message

FIELD = "poll"
"""The key of a message's ``data``."""
ANSWERS_MOST = 9


@dataclass(frozen=True, slots=True)
class Ballot:
    """What a message asks: ``closed`` when nobody may vote any more, ``several`` when each may choose several."""

    question: str
    answers: tuple[str, ...]
    closed: bool
    several: bool

    @property
    def emoji(self) -> tuple[str, ...]:
        """The reactions that are votes, in the order of the answers."""
        return tuple(number_emoji(number) for number in range(1, len(self.answers) + 1))


def number_emoji(number: int) -> str:
    """Return the keycap of a digit."""
    return f"{number}\ufe0f\u20e3"


def poll_data(question: str, answers: tuple[str, ...], *, several: bool = False) -> dict[str, object]:
    """Return the ``data`` of a message that is a poll; with ``several``, each may choose several answers."""
    return {FIELD: {**_asked(question, answers, several=several), "closedAt": None, "closedBy": None}}


def _asked(question: str, answers: tuple[str, ...], *, several: bool) -> dict[str, object]:
    return {"question": question, "answers": list(answers), "several": several}


def ballot_of(message: Message) -> Ballot | None:
    """Return what ``message`` asks, ``None`` when it is no poll."""
    poll: Mapping[str, Any] | object = message.data.get(FIELD)
    if message.deleted_at is not None or not isinstance(poll, Mapping):
        return None
    answers = tuple(str(answer) for answer in poll["answers"])
    several = poll.get("several") is True  # polls of earlier versions do not say
    return Ballot(str(poll["question"]), answers, poll["closedAt"] is not None, several)


def voted(message: Message, ballot: Ballot, user_id: str, emoji: str, *, on: bool) -> Message | None:
    """Return ``message`` with this person's vote for ``emoji``, or without it; ``None`` when it is so already.

    Where one answer may be chosen, the vote moves there.

    Raises:
        Conflict: The poll is closed.
    """
    if (user_id in message.reactions.get(emoji, ())) is on:
        return None
    if ballot.closed:
        raise Conflict("This poll is closed.")
    leaves = (emoji,) if ballot.several else ballot.emoji
    reactions = {}
    for each, people in message.reactions.items():
        rest = people if each not in leaves else tuple(person for person in people if person != user_id)
        if rest:
            reactions[each] = rest
    if on:
        reactions[emoji] = (*reactions.get(emoji, ()), user_id)
    return replace(message, reactions=reactions)


def closed(message: Message, user_id: str, at: datetime) -> Message | None:
    """Return ``message`` with its poll closed; ``None`` when it is closed already."""
    ballot = ballot_of(message)
    if ballot is None or ballot.closed:
        return None
    asked = _asked(ballot.question, ballot.answers, several=ballot.several)
    return replace(message, data={**message.data, FIELD: {**asked, "closedAt": iso(at), "closedBy": user_id}})
