"""A private room full of words that nobody outside may ever read, and people who stand in every relation to it."""

import shutil
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from chatbeside.backend import Backend, build_backend
from chatbeside.domain.calls import CallKind
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Role
from chatbeside.domain.moderation import Block
from chatbeside.services.accounts import SignedIn
from chatbeside.services.assistant.desk import Job
from chatbeside.services.container import Services
from chatbeside.services.passwords import Passwords
from chatbeside.services.principal import Principal
from chatbeside.settings import Settings
from chatbeside.store.interfaces import NOUNS
from tests.conftest import PASSWORD
from tests.services.files_kit import picture
from tests.services.test_push import Browser

ASKERS = {
    "N": "nobody",
    "X": "ex-member",
    "R": "member of another room",
    "S": "administrator of the server",
    "M": "member",
    "A": "admin",
    "O": "owner",
}
"""Letters of the tables. The first four are outside of the room."""
OUTSIDE = "NXRS"
INSIDE = "MAO"
NAMES = {"X": "ex", "R": "neighbour", "S": "warden", "M": "member", "A": "admin", "O": "owner"}

NAME = "Canaryname"
TOPIC = "canarytopic"
MESSAGE = "canarymessage"
FILE = "canaryfile"
CONTENT = "canarycontent"
REACTION = "🐦"
CANARIES = (NAME, TOPIC, MESSAGE, FILE, CONTENT, REACTION)
"""What is in the room, and nowhere else."""


@dataclass(frozen=True)
class Scene:
    """What there is, by id. Doors name these fields in braces."""

    room: str
    message: str
    """Of the author, with the file."""
    own: str
    """Of the plain member."""
    file: str
    unsent: str
    """A file that the plain member has uploaded and not sent."""
    invite: str
    used: str
    """An invite into the room that the plain member's friend may still use."""
    direct: str
    """The conversation of the plain member and the admin."""
    whisper: str
    """A message in it."""
    answer: str
    """What the assistant answered the plain member in the room."""
    user: str
    """The author."""
    other: str
    """A plain member to whom things are done."""
    outside: str
    """Somebody to bring in."""
    elsewhere: str
    """The room of the neighbour."""
    poll: str
    """Of the author."""
    session: str
    """Another log-in of the plain member."""
    call: str = "none"
    """A call between the plain member and the admin, where a door begins one first."""

    def nowhere(self) -> "Scene":
        """The same with ids that nothing has, where the ids are of things inside."""
        names = ["room", "message", "own", "file", "unsent", "direct", "whisper", "answer", "poll", "session", "call"]
        fresh = {name: new_id() for name in names}
        return replace(self, **fresh, invite="nothing", used="nothing")

    def secrets(self) -> tuple[str, ...]:
        """What nobody outside may be told: the words, and that these ids are anything."""
        ids = (
            self.room,
            self.message,
            self.own,
            self.file,
            self.unsent,
            self.direct,
            self.whisper,
            self.answer,
            self.poll,
            self.session,
        )
        return (*CANARIES, *ids)

    def fill(self, value: Any) -> Any:
        """Return ``value`` with ``{field}`` replaced in all its texts."""
        if isinstance(value, str):
            return value.format(**asdict(self)) if "{" in value else value
        if isinstance(value, Mapping):
            return {key: self.fill(inner) for key, inner in value.items()}
        return [self.fill(inner) for inner in value] if isinstance(value, list) else value


class Place:
    """The backend over a copy of the scene, with everybody signed in."""

    def __init__(self, backend: Backend, scene: Scene, tokens: Mapping[str, str]) -> None:
        self.backend = backend
        self.scene = scene
        self.tokens = tokens

    @property
    def services(self) -> Services:
        return self.backend.services

    async def principal(self, letter: str) -> Principal:
        return await self.services.accounts.authenticate(self.tokens[letter])

    async def everything(self) -> dict[str, list[str]]:
        """Return all that is stored, to compare."""
        found: dict[str, list[str]] = {}
        for noun in NOUNS:
            # When somebody was last here is noted once a minute, whatever they do, and a slow machine takes longer.
            records = [
                {name: value for name, value in record.items() if name != "last_seen_at"}
                async for batch in self.services.store.dump(noun)
                for record in batch
            ]
            found[noun] = [repr(record) for record in records]
        blobs = self.services.settings.data / "files"
        found["content"] = sorted(str(path) for path in blobs.rglob("*") if path.is_file())
        return found

    async def settle(self) -> None:
        """Return when the assistant has done what it had to do."""
        await self.services.assistant.idle()


async def before_call(place: Place) -> None:
    """Let the plain member ring the admin."""
    call = await place.services.calls.begin(
        await place.principal("M"), kind=CallKind.AUDIO, device="d", room_id=place.scene.direct
    )
    place.scene = replace(place.scene, call=call.id)


async def before_answer(place: Place) -> None:
    """Let the admin take the plain member's call too."""
    await before_call(place)
    await place.services.calls.accept(await place.principal("A"), place.scene.call, "d")


async def before_bringing(place: Place) -> None:
    """Let whoever is to be brought in have blocked everybody who could."""
    for letter in "AO":
        asker = await place.principal(letter)
        await place.services.store.blocks.add(Block(place.scene.outside, asker.user.id, asker.session.created_at))


async def before_growing(place: Place) -> None:
    """Let an answer grow that the plain member asked for in the room."""
    services, scene = place.services, place.scene
    room, question = await services.store.rooms.get(scene.room), await services.store.messages.get(scene.own)
    assert room and question
    asker = (await place.principal("M")).user
    services.assistant.desk.jobs["growing"] = Job("growing", room, asker, question, "", shown=CONTENT)


class Stage:
    """Builds the scene once and hands out copies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._scene: Scene
        self._tokens: dict[str, str] = {}
        self._copies = 0

    async def build(self) -> None:
        """Make everything that the scene has."""
        backend = _backend(self._folder / "first")
        await backend.start()
        try:
            self._scene = await self._furnish(backend.services)
        finally:
            await backend.stop()

    @asynccontextmanager
    async def place(self) -> AsyncIterator[Place]:
        """Give a copy of its own."""
        place, folder = self.copy()
        await place.backend.start()
        try:
            yield place
        finally:
            await place.backend.stop()
            shutil.rmtree(folder)

    def copy(self) -> tuple[Place, Path]:
        """Return a copy that is not started yet, and its folder."""
        self._copies += 1
        folder = self._folder / str(self._copies)
        shutil.copytree(self._folder / "first", folder)
        return Place(_backend(folder), self._scene, self._tokens), folder

    async def _furnish(self, services: Services) -> Scene:
        signed: dict[str, SignedIn] = {}
        # The first account of a server is its administrator.
        for name in ("warden", "owner", "admin", "member", "author", "other", "ex", "neighbour", "outside"):
            signed[name] = await services.accounts.sign_up(name, f"{name}@example.org", PASSWORD)
        self._tokens = {letter: signed[name].token for letter, name in NAMES.items()}
        who = {name: Principal(each.user, each.session) for name, each in signed.items()}
        ids = {name: each.user.id for name, each in signed.items()}
        beside = services.assistant.user.id
        members = [*(ids[name] for name in ("admin", "member", "author", "other", "ex")), beside]
        room = (await services.groups.create(who["owner"], NAME, topic=TOPIC, members=members)).id
        await services.groups.set_role(who["owner"], room, ids["admin"], Role.ADMIN)
        elsewhere = (await services.groups.create(who["neighbour"], "elsewhere")).id
        file = await services.files.receive(who["author"], f"{FILE}.jpg", _once(picture()))
        plain = await services.files.receive(who["author"], f"{FILE}.txt", _once(CONTENT.encode()))
        message = await _say(services, who["author"], room, MESSAGE, attachments=[plain.id, file.id])
        await services.changes.react(who["author"], message, REACTION, on=True)
        await services.groups.leave(who["ex"], room)
        own = await _say(services, who["member"], room, f"{MESSAGE} of the member")
        unsent = await services.files.receive(who["member"], f"{FILE}.txt", _once(CONTENT.encode()))
        invites = [(await services.invites.create(who["owner"], room)).id for _ in range(2)]
        direct = (await services.rooms.open_direct(who["member"], ids["admin"])).id
        whisper = await _say(services, who["member"], direct, f"{MESSAGE} for one")
        browser = Browser("member")
        keys = browser.keys
        await services.push.subscribe(who["member"], browser.endpoint, p256dh=keys["p256dh"], auth=keys["auth"])
        await services.avatars.set_room(who["owner"], room, _once(picture()))
        await services.avatars.set_own(who["author"], _once(picture()))
        for letter in NAMES.values():
            await services.rooms.open_direct(who[letter], ids["outside"])
        await _say(services, who["member"], room, f"@beside what is {MESSAGE}?")
        await services.assistant.idle()
        answers = await services.store.messages.page(room, limit=200)
        answer = next(message.id for message in answers if message.sender_id == beside)
        poll, _ = await services.assistant.command(who["author"], room, f"/poll {MESSAGE}? a, b", client_id="p")
        return Scene(
            room=room,
            message=message,
            own=own,
            file=plain.id,
            unsent=unsent.id,
            invite=invites[0],
            used=invites[1],
            direct=direct,
            whisper=whisper,
            answer=answer,
            user=ids["author"],
            other=ids["other"],
            outside=ids["outside"],
            elsewhere=elsewhere,
            poll=poll.id,
            session=(await services.accounts.log_in("member", PASSWORD)).session.id,
        )


def leaked(told: Iterable[str], scene: Scene) -> list[str]:
    """Return which secrets are in what somebody was told."""
    text = "\n".join(told).casefold()
    return [secret for secret in scene.secrets() if secret.casefold() in text]


def _backend(folder: Path) -> Backend:
    return build_backend(Settings(data=folder, hash_threads=1), passwords=Passwords(1, time_cost=1, memory_cost=64))


async def _say(services: Services, who: Principal, room: str, text: str, attachments: Iterable[str] = ()) -> str:
    message, _, _ = await services.messages.send(who, room, text, client_id=new_id(), attachments=list(attachments))
    return message.id


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
