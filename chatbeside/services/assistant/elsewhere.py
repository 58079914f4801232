"""The answers that grow, at whatever worker: who may see and stop them, and how many somebody waits for.

An answer is written by the worker that took the question. The others know that it grows, so that limits hold, and ask
or tell that worker the rest.
"""

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chatbeside.domain.errors import NotAllowed, NotFound
from chatbeside.domain.models import Role, RoomKind
from chatbeside.services.access import Access
from chatbeside.services.bus import Bus, BusDown, Watcher
from chatbeside.services.principal import Principal

if TYPE_CHECKING:
    from chatbeside.services.assistant.desk import Job

logger = logging.getLogger(__name__)

_BEGUN, _ENDED, _STOP, _ASKED, _TEXT = "answers begun", "answer ended", "answer stop", "answers asked", "answer text"


@dataclass(frozen=True, slots=True)
class Growing:
    """An answer that grows. ``pieces`` is how many pieces of it were told, ``shown`` what they came to."""

    id: str
    room_id: str
    asker_id: str
    question_id: str
    shown: str = ""
    pieces: int = 0


class Elsewhere:
    """The answers of all workers.

    Args:
        bus: How the workers talk.
        access: Who may come near a room.
    """

    def __init__(self, bus: Bus, access: Access) -> None:
        self._bus = bus
        self._access = access
        self._others: dict[str, tuple[str, Growing]] = {}
        self.own: dict[str, Job] = {}
        """The jobs of this worker; the desk's."""
        self.lost: Callable[[], None] = lambda: None
        """Called when a worker ended in the middle of answers."""
        bus.listen(_BEGUN, self._hear_begun)
        bus.listen(_ENDED, lambda worker, data: self._forget(data.decode()))
        bus.listen(_STOP, lambda worker, data: self._stop_own(data.decode()))
        bus.listen(_ASKED, lambda worker, data: self._tell_all(worker))
        bus.answer(_TEXT, self._text)
        bus.watch(Watcher(joined=self._tell_all, left=self._left, missed=self._ask_all))

    # ------------------------------------------------------------ the desk's side

    def begun(self, job: "Job") -> None:
        """Tell the others that an answer grows here."""
        self._bus.broadcast(_BEGUN, _lines([job]))

    def ended(self, answer_id: str) -> None:
        """Tell the others that it is done."""
        self._bus.broadcast(_ENDED, answer_id.encode())

    def grows(self, answer_id: str) -> bool:
        """Return whether another worker writes this answer."""
        return answer_id in self._others

    def count(self, asker_id: str) -> tuple[int, int]:
        """Return how many answers other workers write or have waiting: for somebody, and in all."""
        return sum(1 for _, each in self._others.values() if each.asker_id == asker_id), len(self._others)

    # ------------------------------------------------------------ people's side

    async def growing(self, principal: Principal, room_id: str) -> list[Growing]:
        """Return the answers that grow in a room now. Raises :class:`NotFound` like everything in a room."""
        await self._access.room(principal, room_id)
        own = [_seen(job) for job in self.own.values() if job.place.id == room_id and job.shown and not job.stored]
        others = [(worker, each) for worker, each in self._others.values() if each.room_id == room_id]
        return own + [grown for worker, each in others if (grown := await self._look(worker, each))]

    async def stop(self, principal: Principal, answer_id: str) -> None:
        """Stop an answer; see :meth:`chatbeside.services.assistant.service.Assistant.stop_answer`."""
        # Also what grows in a room of others is done already, to whoever may not know of it.
        done = NotFound("This answer is done already.")
        job = self.own.get(answer_id)
        worker, seen = self._others.get(answer_id, ("", None)) if job is None else ("", _seen(job))
        if seen is None or (job is not None and job.stored):
            raise done
        try:
            place = await self._access.room(principal, seen.room_id)
        except NotFound:
            raise done from None
        manages = place.room.kind is RoomKind.GROUP and place.member.role in {Role.OWNER, Role.ADMIN}
        if seen.asker_id != principal.user.id and not manages:
            raise NotAllowed("Only who asked, or who manages the room, can stop this answer.")
        self._stop(worker, answer_id)

    def stop_all(self, room_id: str) -> None:
        """Stop whatever grows in a room."""
        for answer_id in [job.id for job in self.own.values() if job.place.id == room_id]:
            self._stop("", answer_id)
        for worker, each in list(self._others.values()):
            if each.room_id == room_id:
                self._stop(worker, each.id)

    def _stop(self, worker: str, answer_id: str) -> None:
        if worker:
            self._bus.tell(worker, _STOP, answer_id.encode())
        else:
            self._stop_own(answer_id)

    def _stop_own(self, answer_id: str) -> None:
        job = self.own.get(answer_id)
        if job is not None and not job.stored:
            job.stop("stopped")

    # ------------------------------------------------------------ between workers

    async def _look(self, worker: str, seen: Growing) -> Growing | None:
        try:
            told: dict[str, Any] = json.loads(await self._bus.ask(worker, _TEXT, seen.id.encode()))
        except BusDown:
            return None
        return Growing(**told) if told else None

    async def _text(self, question: bytes) -> bytes:
        job = self.own.get(question.decode())
        grows = job is not None and job.shown and not job.stored
        return json.dumps(_wire(_seen(job)) if grows and job else {}).encode()

    def _hear_begun(self, worker: str, data: bytes) -> None:
        for told in json.loads(data):
            self._others[told["id"]] = (worker, Growing(**told))

    def _forget(self, answer_id: str) -> None:
        self._others.pop(answer_id, None)

    def _tell_all(self, worker: str) -> None:
        if self.own:
            self._bus.tell(worker, _BEGUN, _lines(self.own.values()))

    def _ask_all(self) -> None:
        self._others.clear()
        self._bus.broadcast(_ASKED, b"")

    def _left(self, worker: str) -> None:
        gone = [answer_id for answer_id, (where, _) in self._others.items() if where == worker]
        for answer_id in gone:
            self._forget(answer_id)
        if gone:
            self.lost()


def _seen(job: "Job") -> Growing:
    return Growing(job.id, job.place.id, job.asker.id, job.question.id, job.shown, job.pieces)


def _wire(seen: Growing) -> dict[str, object]:
    return {name: getattr(seen, name) for name in Growing.__slots__}


def _lines(jobs: "Iterable[Job]") -> bytes:
    told = [_wire(_seen(job)) for job in jobs]
    return json.dumps([{**each, "shown": "", "pieces": 0} for each in told]).encode()
