"""From a question to what is to be done about it: a prompt for the provider, or words that are ready."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chatbeside.assistant import commands, summary, when
from chatbeside.assistant.interfaces import Prompt, Provider, Source, Task, Turn
from chatbeside.assistant.prompts import FOUND_SHARE, build, estimate_tokens, fit
from chatbeside.domain.clock import Clock
from chatbeside.domain.models import Message, Room, RoomKind, User
from chatbeside.services.assistant.reading import FileWords
from chatbeside.services.assistant.reminders import Reminders
from chatbeside.services.assistant.setup import Setup
from chatbeside.services.assistant.sight import CATCHUP_MOST, Sight, name_of
from chatbeside.store.interfaces import Store

BUDGET = 6_000
"""Tokens of a record in a prompt."""
DIGEST_BUDGET = 16_000
RECENT = 100
"""Messages of the recent conversation that are looked at; the budget decides how many go in."""
TURNS = 20
FOUND = 12
SUMMARY_USUAL, SUMMARY_MOST = 50, 1_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done.

    Args:
        prompt: For the provider; without it ``said`` is the answer.
        said: Words that stand before what the provider answers, or alone.
        sources: What ``said`` cites, numbered.
        strict: Every sentence of the provider's must cite something.
    """

    prompt: Prompt | None = None
    said: str = ""
    sources: tuple[Source, ...] = ()
    strict: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question with everything around it; ``text`` is without the command's name, ``me`` is the assistant's."""

    asker: User
    place: Room
    about: Room
    question: Message
    text: str
    provider: Provider
    me: str

    def before(self, room: Room) -> int | None:
        """Return up to where ``room`` is looked at: the question itself and what came after it stay out."""
        return self.question.seq if room.id == self.place.id else None


class Planner:
    """Reads a question as a command or as words, and gathers what its answer may rest on."""

    def __init__(
        self, *, store: Store, sight: Sight, words: FileWords, setup: Setup, reminders: Reminders, clock: Clock
    ) -> None:
        self._store = store
        self._words = words
        self._sight = sight
        self._setup = setup
        self._reminders = reminders
        self._clock = clock
        self._makers: dict[str, Callable[[_Asked], Awaitable[Plan]]] = {
            "help": self._help,
            "catchup": self._catchup,
            "summarise": self._summarise,
            "search": self._search,
            "translate": self._translate,
            "remind": self._remind,
            "poll": self._poll,
            "ask": self._ask,
        }

    async def plan(
        self, asker: User, place: Room, question: Message, text: str, provider: Provider, *, me: str
    ) -> Plan:
        """Return what is to be done about ``question``, which stands in ``place`` and, cleaned, says ``text``."""
        called = commands.parse(text)
        if isinstance(called, commands.Unknown):
            return Plan(said=commands.unknown_words(called))
        about = await self._about(asker, place, question)
        asked = _Asked(asker, place, about, question, called.rest if called else text, provider, me)
        make = self._makers.get(called.command.name, self._ask) if called else self._chat
        return await make(asked)

    async def _about(self, asker: User, place: Room, question: Message) -> Room:
        """Return the room that the question is about: one that the asker named by asking there, else ``place``."""
        room_id = question.data.get("about")
        if isinstance(room_id, str) and await self._store.members.get(room_id, asker.id):
            return await self._store.rooms.get(room_id) or place
        return place

    async def _help(self, asked: _Asked) -> Plan:
        return Plan(said=self._setup.builtin.help(asked.text, asked.me))

    async def _remind(self, asked: _Asked) -> Plan:
        return Plan(said=await self._reminders.command(asked.asker, asked.text, zone_of(asked.asker)))

    async def _poll(self, asked: _Asked) -> Plan:
        return Plan(said=_POLL_HELP)

    async def _ask(self, asked: _Asked) -> Plan:
        return await self._chat(asked) if asked.text else Plan(said="Write your question after `/ask`.")

    async def _chat(self, asked: _Asked) -> Plan:
        place, about = asked.place, asked.about
        direct = place.kind is RoomKind.DIRECT
        recent = await self._sight.recent(about, before=asked.before(about), most=RECENT)
        turns: list[Turn] = []
        if direct and about.id == place.id:
            turns, recent = turns_of(recent, asked.asker)
        near = await self._sight.sources(place, recent)
        model = asked.provider.name != "builtin"
        near = await self._words.read(near) if model else near
        found = await self._found(asked, recent, near) if model else []
        if asked.question.reply_to:
            quoted = await self._store.messages.get(asked.question.reply_to)
            found = [*([quoted] if quoted else []), *found]
        far = await self._sight.sources(place, found)
        far = await self._words.read(far) if model else far
        record = fit(near, far, BUDGET)
        room, topic = await self._sight.title(place, about)
        prompt = build(
            Task.CHAT,
            asked.text,
            asker=name_of(asked.asker),
            now=self._now(asked.asker),
            me=asked.me,
            sources=record,
            turns=turns,
            room=room,
            topic=topic,
        )
        return Plan(prompt)

    async def _found(self, asked: _Asked, recent: Sequence[Message], near: Sequence[Source]) -> list[Message]:
        """Return what was said earlier on the matter: in the room; in a direct conversation, in the asker's others."""
        place = asked.place
        if place.kind is RoomKind.DIRECT:
            rooms = [room.id for room in await self._sight.rooms_of(asked.asker, but=place.id)]
            return await self._sight.related(rooms, asked.text, most=FOUND)
        # What of the recent conversation surely has room in the prompt need not be found again.
        kept = {source.message_id for source in fit(near, [], BUDGET - BUDGET // FOUND_SHARE)}
        oldest = next((message for message in recent if message.id in kept), asked.question)
        return await self._sight.related([place.id], asked.text, most=FOUND, before=oldest)

    async def _catchup(self, asked: _Asked) -> Plan:
        since = since_of(asked.text, self._now(asked.asker))
        if asked.text and since is None:
            return Plan(said="Since when? For example `/catchup 2 hours`, `/catchup yesterday` or only `/catchup`.")
        rooms = [asked.about]
        if asked.about.id == asked.place.id and asked.place.kind is RoomKind.DIRECT:
            rooms = await self._sight.rooms_of(asked.asker, but=asked.place.id)
        missed: list[Message] = []
        for room in rooms:
            missed += await self._sight.missed(asked.asker, room, since=since, before=asked.before(room))
        return await self._digest(Task.CATCHUP, asked, missed, "You have missed nothing.")

    async def _summarise(self, asked: _Asked) -> Plan:
        number = asked.text.partition(" ")[0] or str(SUMMARY_USUAL)
        if not number.isdecimal() or not 1 <= int(number) <= SUMMARY_MOST:
            return Plan(said=f"How many messages? Use a number from 1 to {SUMMARY_MOST}, like `/summarise 100`.")
        recent = await self._sight.recent(asked.about, before=asked.before(asked.about), most=int(number))
        return await self._digest(Task.SUMMARY, asked, recent, "There is nothing here to sum up.")

    async def _digest(self, task: Task, asked: _Asked, messages: Sequence[Message], nothing: str) -> Plan:
        newest = sorted(messages, key=lambda message: message.created_at)[-CATCHUP_MOST:]
        sources = await self._sight.sources(asked.place, newest)
        builtin = asked.provider.name == "builtin"
        numbered = tuple(replace(source, n=n) for n, source in enumerate(sources, 1))
        record = numbered if builtin else fit(sources, [], DIGEST_BUDGET)
        if not record:
            return Plan(said=nothing)
        prompt = build(task, f"/{task.value}", asker=name_of(asked.asker), now=self._now(asked.asker), sources=record)
        if builtin:
            return Plan(prompt)
        said = summary.overview(sources)
        if len(record) < len(sources):
            said += f" These are from the newest {len(record)}."
        return Plan(prompt, said=f"{said}\n\n", strict=True)

    async def _search(self, asked: _Asked) -> Plan:
        if not asked.text:
            return Plan(said="Write what to look for, like `/search invoice` or `/search invoice from:ann`.")
        found = await self._sight.search(asked.asker, asked.text, most=10, but=asked.place.id)
        sources = [replace(s, n=n) for n, s in enumerate(await self._sight.sources(asked.place, found), 1)]
        if not sources:
            return Plan(said=f"I found nothing with “{summary.escape(asked.text)}” in your conversations.")
        return Plan(said=_found(sources, zone_of(asked.asker)), sources=tuple(sources))

    async def _translate(self, asked: _Asked) -> Plan:
        wanted = commands.parse_translate(asked.text)
        sources: tuple[Source, ...] = ()
        text = f"Translate into {wanted.language}:\n\n{wanted.text}"
        if not wanted.text:
            message_id = asked.question.reply_to or str(asked.question.data.get("quoted", ""))
            quoted = await self._store.messages.get(message_id)
            sources = fit(await self._sight.sources(asked.place, [quoted] if quoted else []), [], BUDGET)
            if not sources:
                return Plan(said="Write the text after the language, like `/translate French: good morning`.")
            text = f"Translate the text of record 1 into {wanted.language}."
        now = self._now(asked.asker)
        return Plan(build(Task.TRANSLATE, text, asker=name_of(asked.asker), now=now, sources=sources))

    def _now(self, asker: User) -> datetime:
        return self._clock().astimezone(zone_of(asker))


_POLL_HELP = (
    "A poll belongs where the people are: type `/poll` in a conversation with others, "
    "like `/poll Lunch at noon? yes, no, later`."
)


def zone_of(user: User) -> ZoneInfo:
    """Return the time zone a person lives in, UTC when it is not known."""
    try:
        return ZoneInfo(str(user.preferences.get("timezone") or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def since_of(rest: str, now: datetime) -> datetime | None:
    """Read since when: ``2 hours``, ``yesterday``, ``today``, ``monday`` or a date."""
    word = rest.strip().casefold().removeprefix("since ").removesuffix(" ago")
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if word in {"today", "yesterday"}:
        return midnight - timedelta(days=1 if word == "yesterday" else 0)
    if word in when.DAYS:
        return midnight - timedelta(days=(midnight.weekday() - when.DAYS.index(word)) % 7 or 7)
    try:
        return datetime.fromisoformat(word).replace(tzinfo=now.tzinfo).astimezone(UTC)
    except ValueError:
        length = when.duration(word)
        return now - length[0] if length and not length[1] else None


def turns_of(recent: Sequence[Message], asker: User) -> tuple[list[Turn], list[Message]]:
    """Split a direct conversation: what asker and assistant said to each other, and answers that rest on messages.

    The latter belong into the record: words of other people are data, wherever they stand.
    """
    turns: list[Turn] = []
    quoting: list[Message] = []
    for message in recent[-TURNS:]:
        if message.deleted_at or message.kind != "text" or message.content.startswith("/"):
            continue
        about = message.data.get("assistant")
        if message.sender_id == asker.id:
            turns.append(Turn("user", message.content))
        elif isinstance(about, dict) and about.get("sources"):
            quoting.append(message)
        else:
            turns.append(Turn("assistant", message.content))
    left, kept = BUDGET // 2, 0
    for turn in reversed(turns):
        left -= estimate_tokens(turn.text)
        if left < 0:
            break
        kept += 1
    return turns[len(turns) - kept :], quoting


def _found(sources: Sequence[Source], zone: tzinfo) -> str:
    lines = []
    for source in sources:
        text = summary.escape(" ".join(source.text.split()))
        place = f" in {summary.escape(source.room_name)}" if source.room_name else ""
        cut = text if len(text) <= 200 else text[:200].rsplit(" ", 1)[0] + " …"
        lines.append(
            f"- **{summary.escape(source.who)}**{place}, {source.at.astimezone(zone):%Y-%m-%d}: {cut} [{source.n}]"
        )
    return "\n".join([f"The newest {len(sources)} that fit:" if len(sources) > 1 else "One fits:", "", *lines])
