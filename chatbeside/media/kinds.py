"""The kinds of legs that the worker can open."""

from collections.abc import Mapping
from typing import Final

from chatbeside.media.echo import Echo
from chatbeside.media.legs import Leg
from chatbeside.media.peers import Forward
from chatbeside.media.record import Record
from chatbeside.media.voice import Voice

KINDS: Final[Mapping[str, type[Leg]]] = {
    "echo": Echo,
    "forward": Forward,
    "record": Record,
    "voice": Voice,
}
