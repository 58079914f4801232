"""The assistant as a member of the chat. See ``docs/help/assistant.md`` for what people are told of it."""

from chatbeside.services.assistant.service import Assistant, Status

__all__ = ["Assistant", "Status"]
