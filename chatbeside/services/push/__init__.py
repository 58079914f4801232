"""Web Push: messages for people whose page is closed, straight from this server to their browser's push service."""

from chatbeside.services.push.service import Push

__all__ = ["Push"]
