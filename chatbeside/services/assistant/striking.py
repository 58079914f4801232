"""What becomes of answers when a message that they rest on is edited or deleted."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from chatbeside.assistant.citations import strike
from chatbeside.domain.models import Message
from chatbeside.services.messages import Messages
from chatbeside.store.interfaces import Store


async def strike_answers(store: Store, messages: Messages, changed: Message) -> None:
    """Strike what rests on ``changed`` in every answer that cites it; the words of a deleted message go."""
    gone = changed.deleted_at is not None
    for citation in await store.citations.of(changed.id):
        answer = await store.messages.get(citation.answer_id)
        room = await store.rooms.get(answer.room_id) if answer else None
        if room is not None:
            await messages.amend(room, citation.answer_id, _striker(citation.number, gone=gone))


def _striker(number: int, *, gone: bool) -> Callable[[Message], Message | None]:
    state = "deleted" if gone else "edited"

    def edit(answer: Message) -> Message | None:
        about: Mapping[str, Any] | object = answer.data.get("assistant")
        if answer.deleted_at or not isinstance(about, dict):
            return None
        sources = [{**s, "state": state} if s.get("n") == number else s for s in about.get("sources", [])]
        text = strike(answer.content, number, gone=gone)
        if sources == about.get("sources") and text == answer.content:
            return None
        return replace(answer, content=text, data={**answer.data, "assistant": {**about, "sources": sources}})

    return edit
