"""Reactions: what counts as one, and how they are kept."""

import unicodedata
from dataclasses import replace

from chatbeside.domain.errors import Conflict, InvalidInput
from chatbeside.domain.models import Message

EMOJI_MOST = 16
"""Code points of one emoji; a family of four with skin tones has 11."""
DIFFERENT_MOST = 20
"""Different emoji under one message."""

# Pictures, skin tones, variation selectors, the frame of keycaps, joiners and flag tags.
_PARTS = frozenset({"So", "Sk", "Mn", "Me", "Cf"})
_KEYCAP = "\u20e3"
# Emoji that are letters or punctuation by category; an exclamation, arrows, squares.
_SIGNS = frozenset("\u203c\u2049\u2139\u2194\u2934\u2935\u25fb\u25fc\u25fd\u25fe\u3030\u303d")
# The blocks that are kept for pictures; newer ones than this Python knows come from there too.
_BLOCKS = range(0x1F000, 0x1FB00)
# Symbols by category, but they stand for something that is missing.
_NO_PICTURES = frozenset("\ufffc\ufffd")


def check_emoji(emoji: str) -> str:
    """Return ``emoji`` if it looks like one: pictures and what joins them, no words. Raises :class:`InvalidInput`."""
    pictures = any(_is_picture(char) for char in emoji)
    keycap = len(emoji) in (2, 3) and emoji[0] in "0123456789#*" and emoji[-1] == _KEYCAP
    rest = emoji[1:] if keycap else emoji
    fits = len(emoji) <= EMOJI_MOST and all(
        (unicodedata.category(char) in _PARTS or _is_picture(char)) and char not in _NO_PICTURES for char in rest
    )
    if not (fits and (pictures or keycap)):
        raise InvalidInput("Check the reaction.", fields={"emoji": "React with an emoji."})
    return emoji


def _is_picture(char: str) -> bool:
    return unicodedata.category(char) == "So" or char in _SIGNS or ord(char) in _BLOCKS


def reacted(message: Message, user_id: str, emoji: str, *, on: bool) -> Message | None:
    """Return ``message`` with or without this person's reaction; ``None`` when it is so already.

    Raises:
        Conflict: There are :data:`DIFFERENT_MOST` different ones already.
    """
    people = message.reactions.get(emoji, ())
    if (user_id in people) is on:
        return None
    if on and not people and len(message.reactions) >= DIFFERENT_MOST:
        raise Conflict("This message has enough different reactions. Join one of them.")
    after = (*people, user_id) if on else tuple(person for person in people if person != user_id)
    reactions = {**message.reactions, emoji: after}
    if not after:
        del reactions[emoji]
    return replace(message, reactions=reactions)
