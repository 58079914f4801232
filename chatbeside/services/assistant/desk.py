"""The assistant's desk: which answers are being written, how many may be, and what becomes of them."""

import asyncio
import logging
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

from chatbeside.assistant.interfaces import Provider, Source
from chatbeside.domain.assistant import Answering, Citation, Usage
from chatbeside.domain.clock import Clock, iso
from chatbeside.domain.errors import TooMany
from chatbeside.domain.models import Message, Room, RoomKind, User
from chatbeside.services import metrics
from chatbeside.services.assistant.elsewhere import Elsewhere
from chatbeside.services.assistant.plan import Plan, Planner
from chatbeside.services.assistant.setup import Choice, Setup
from chatbeside.services.assistant.sight import Sight, name_of
from chatbeside.services.assistant.writing import NOTES, Draft, Writing
from chatbeside.services.background import end
from chatbeside.services.events import AnswerGrown, Publisher, TypingShown
from chatbeside.services.messages import Messages
from chatbeside.store.interfaces import Store

logger = logging.getLogger(__name__)

AT_ONCE = 8
"""Answers that are written at the same time."""
WAITING = 64
"""Further ones that may wait."""
PER_PERSON = 3
"""Answers, written or waiting, of one asker."""
_FAR = timedelta(days=36500)
_SILENT_MOST = 200
"""Answers left behind that are read at a time."""
BEAT = 4.0
"""Seconds between two signs of life of an answer; also renews the typing mark, which holds for six."""
FULL = "I have too much on my desk right now. Ask me again in a minute."
ENOUGH = "I am still busy with what you asked before. Ask again when that is done."


@dataclass(slots=True)
class Job:
    """One answer, from the question to the stored message. ``id`` is the client id of that message."""

    id: str
    place: Room
    asker: User
    question: Message
    text: str
    replaces: Message | None = None
    shown: str = ""
    pieces: int = 0
    typing: bool = False
    stored: bool = False
    writing: Writing | None = None
    stopped: str | None = None
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    def stop(self, why: str) -> None:
        """End the answer, also when it has not begun."""
        self.stopped = self.stopped or why
        if self.writing is not None:
            self.writing.stop(why)


class Desk:
    """Writes answers, several at once.

    Args:
        user: The assistant.
        store: Where everything is kept.
        messages: How its answers are stored and told.
        planner: What is to be done about a question.
        sight: What may be cited.
        setup: Who answers.
        publisher: Is told how answers grow.
        clock: The present moment.
        elsewhere: The answers of other workers.
        at_once: How many are written here at the same time.
    """

    def __init__(
        self,
        *,
        user: User,
        store: Store,
        messages: Messages,
        planner: Planner,
        sight: Sight,
        setup: Setup,
        publisher: Publisher,
        clock: Clock,
        elsewhere: Elsewhere,
        at_once: int = AT_ONCE,
    ) -> None:
        self.user = user
        self._store = store
        self._messages = messages
        self._planner = planner
        self._sight = sight
        self._setup = setup
        self._publisher = publisher
        self._clock = clock
        self._room_to_write = asyncio.Semaphore(at_once)
        self.jobs: dict[str, Job] = {}
        self._elsewhere = elsewhere
        elsewhere.own = self.jobs
        self._loose: set[asyncio.Task[None]] = set()

    async def take(self, job: Job) -> None:
        """Begin an answer, or let it wait its turn; say so when there is no room for it.

        Raises:
            TooMany: There is no room for it, and it would replace an answer, which now stays.
        """
        before = self.jobs.get(job.id)
        if before is not None and before.task is not None:
            if not before.stored:
                return
            # Its message is there, but it is still counting: the next answer to the same question comes after that.
            await asyncio.wait([before.task])
        if self._elsewhere.grows(job.id):
            return
        mine, others = self._elsewhere.count(job.asker.id)
        mine += sum(1 for other in self.jobs.values() if other.asker.id == job.asker.id)
        if mine >= PER_PERSON or len(self.jobs) + others >= AT_ONCE + WAITING:
            words = ENOUGH if mine >= PER_PERSON else FULL
            if job.replaces is not None:
                raise TooMany(words, retry_after=BEAT)
            await self._store_answer(job, Plan(), Draft(words, cut="busy"), self._setup.builtin)
            return
        self.jobs[job.id] = job
        metrics.ANSWERS.inc()
        self._elsewhere.begun(job)
        job.task = asyncio.create_task(self._run(job), name=f"answer {job.id}")

    async def stop(self) -> None:
        """End every answer; what there is of each is stored and marked."""
        running = [job.task for job in self.jobs.values() if job.task]
        for job in list(self.jobs.values()):
            job.stop("restart")
        if running:
            _, late = await asyncio.wait(running, timeout=5)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def recover(self, *, silent: timedelta | None) -> int:
        """Mark answers that a process left behind when it ended; return how many.

        Args:
            silent: How long nothing must have been heard of them; ``None`` for all that there are, whatever the clock
                was when they began.
        """
        since = self._clock() + _FAR if silent is None else self._clock() - silent
        marked = 0
        while True:
            silent_ones = await self._store.answers.silent(since, limit=_SILENT_MOST)
            left = [a for a in silent_ones if a.id not in self.jobs and not self._elsewhere.grows(a.id)]
            for answer in left:
                await self._give_up(answer)
            marked += len(left)
            if not left or len(silent_ones) < _SILENT_MOST:
                return marked

    async def idle(self) -> None:
        """Return when nothing is being written."""
        while tasks := [job.task for job in self.jobs.values() if job.task]:
            await asyncio.wait(tasks)

    async def _run(self, job: Job) -> None:
        beat = asyncio.create_task(self._beat(job))
        try:
            await self._note(job)
            async with self._room_to_write:
                await self._answer(job)
            await self._store.answers.end(job.id)
        except Exception:
            logger.exception("an answer could not be written")
            await self._fail(job)
        finally:
            await end(beat)
            del self.jobs[job.id]
            metrics.ANSWERS.dec()
            self._elsewhere.ended(job.id)
            await self._quiet(job)

    async def _answer(self, job: Job) -> None:
        provider, choice = await self._setup.provider()
        me = name_of(await self._store.users.get(self.user.id))
        plan = await self._planner.plan(job.asker, job.place, job.question, job.text, provider, me=me)
        if plan.prompt is not None and await self._used_up(job.asker, choice, provider):
            plan = Plan(said=_used_up_words(choice))

        async def show(text: str) -> None:
            await self._grow(job, text)

        async def readable() -> Collection[str]:
            return await self._readable(job.place, plan)

        job.writing = Writing(plan, provider, show, readable)
        if job.stopped:
            job.writing.stop(job.stopped)
        draft = await job.writing.run()
        await self._store_answer(job, plan, draft, provider if plan.prompt is not None else self._setup.builtin)
        await self._count(job, draft)

    async def _store_answer(self, job: Job, plan: Plan, draft: Draft, provider: Provider) -> None:
        sources = [_source_record(number, source) for number, source in enumerate(draft.sources, 1)]
        about = {
            "provider": provider.name,
            "model": provider.model,
            "outside": provider.outside,
            "sources": sources,
            "read": len(plan.prompt.sources) if plan.prompt else len(sources),
            "cut": draft.cut,
            "note": draft.note if draft.text else None,
            "question": job.question.id,
            "asker": job.asker.id,
            "again": plan.prompt is not None,
        }
        job.stored = True
        text = draft.text or draft.note or "I have nothing to say to that."
        message = await self._put(job, text, {"assistant": about})
        if message is not None:
            cited = [Citation(s.message_id, message.id, n) for n, s in enumerate(draft.sources, 1)]
            await self._store.citations.put(message.id, cited)
        if job.pieces:
            at = _common(job.shown, text)
            await self._tell(job, at, text[at:], done=True)

    async def _put(self, job: Job, text: str, data: dict[str, object]) -> Message | None:
        if job.replaces is not None:
            return await self._messages.amend(
                job.place, job.replaces.id, lambda m: None if m.deleted_at else replace(m, content=text, data=data)
            )
        direct = job.place.kind is RoomKind.DIRECT
        reply_to = None if direct else job.question.id
        message, _ = await self._messages.post(
            job.place, self.user.id, text, client_id=job.id, reply_to=reply_to, data=data
        )
        return message

    async def _readable(self, place: Room, plan: Plan) -> Collection[str]:
        if plan.prompt is None or not plan.prompt.sources:
            return frozenset()
        found = await self._store.messages.get_many(source.message_id for source in plan.prompt.sources)
        return frozenset(message.id for message in await self._sight.admitted(place, list(found.values())))

    async def _grow(self, job: Job, text: str) -> None:
        if text == job.shown:
            return
        at = _common(job.shown, text)
        await self._quiet(job)
        job.shown = text
        await self._tell(job, at, text[at:])

    async def _tell(self, job: Job, at: int, text: str, *, done: bool = False) -> None:
        job.pieces += 1
        await self._publisher.publish(
            AnswerGrown(
                room=job.place,
                answer_id=job.id,
                user_id=self.user.id,
                question_id=job.question.id,
                asker_id=job.asker.id,
                at=at,
                text=text,
                n=job.pieces,
                done=done,
            )
        )

    async def _note(self, job: Job) -> None:
        replaces = job.replaces.id if job.replaces else None
        await self._store.answers.begin(
            Answering(job.id, job.place.id, job.question.id, job.asker.id, self._clock(), replaces)
        )

    async def _beat(self, job: Job) -> None:
        """Show the typing mark until the first words come, and note that the answer is still being written."""
        while True:
            if not job.shown:
                job.typing = True
                await self._publisher.publish(TypingShown(job.place, self.user.id, on=True))
            await asyncio.sleep(BEAT)
            with suppress(Exception):  # a database that does not answer now is no reason to end
                await self._store.answers.touch(job.id, self._clock())

    async def _quiet(self, job: Job) -> None:
        if job.typing:
            job.typing = False
            await self._publisher.publish(TypingShown(job.place, self.user.id, on=False))

    async def _fail(self, job: Job) -> None:
        words = "Something went wrong on our side, so there is no answer. Ask again."
        with suppress(Exception):  # if not even this can be stored, the answer is marked at the next start
            await self._store_answer(job, Plan(), Draft(words, cut="failed"), self._setup.builtin)
            await self._store.answers.end(job.id)

    async def _give_up(self, answer: Answering) -> None:
        place = await self._store.rooms.get(answer.room_id)
        question = await self._store.messages.get(answer.question_id)
        asker = await self._store.users.get(answer.asker_id)
        if place and question and asker:
            replaced = await self._store.messages.get(answer.replaces) if answer.replaces else None
            job = Job(answer.id, place, asker, question, "", replaced)
            await self._store_answer(job, Plan(), Draft("", cut="restart", note=NOTES["restart"]), self._setup.builtin)
        await self._store.answers.end(answer.id)

    async def _used_up(self, asker: User, choice: Choice, provider: Provider) -> bool:
        if not choice.monthly_tokens or provider.name == "builtin":
            return False
        return await self._store.usage.total(self._month(), asker.id) >= choice.monthly_tokens

    async def _count(self, job: Job, draft: Draft) -> None:
        if draft.usage and (draft.usage.prompt or draft.usage.answer):
            used = Usage(self._month(), job.asker.id, job.place.id, draft.usage.prompt, draft.usage.answer, 1)
            await self._store.usage.add(used)
            metrics.TOKENS.labels("prompt").inc(draft.usage.prompt)
            metrics.TOKENS.labels("answer").inc(draft.usage.answer)

    def _month(self) -> str:
        return f"{self._clock():%Y-%m}"


def _used_up_words(choice: Choice) -> str:
    return (
        f"You have used what this server allows each person in a month ({choice.monthly_tokens:,} tokens). "
        "It begins anew on the first. `/help`, `/search` and `/remind` still work. "
        "An administrator can raise the limit."
    )


def _source_record(number: int, source: Source) -> dict[str, object]:
    return {
        "n": number,
        "message": source.message_id,
        "room": source.room_id,
        "seq": source.seq,
        "who": source.who,
        "place": source.room_name,
        "at": iso(source.at),
        "state": "",
    }


def _common(a: str, b: str) -> int:
    """Return how many characters ``a`` and ``b`` have in common at their beginning."""
    if b.startswith(a):
        return len(a)
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
