"""The sync rule held against misfortune: however a network treats what clients are told, they end up the same."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from chatbeside.domain.models import Message
from chatbeside.domain.sync import Applied, RoomView

CLIENTS = 3
LIMIT = 5
"""Changes in one answer: more than that and the client starts afresh, as the services do it."""


class Room:
    """The server's side: the current form of every message, and nothing else."""

    def __init__(self) -> None:
        self.messages: dict[str, Message] = {}
        self.rev = 0

    def append(self, sender: str, client_id: str, content: str) -> Message:
        for message in self.messages.values():
            if (message.sender_id, message.client_id) == (sender, client_id):
                return message
        self.rev += 1
        seq = len(self.messages) + 1
        message = Message(
            id=f"m{seq}",
            room_id="room",
            seq=seq,
            rev=self.rev,
            sender_id=sender,
            client_id=client_id,
            kind="text",
            content=content,
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        self.messages[message.id] = message
        return message

    def edit(self, seq: int, content: str) -> Message:
        self.rev += 1
        message = replace(self.messages[f"m{seq}"], content=content, rev=self.rev)
        self.messages[message.id] = message
        return message

    def changes(self, after: int) -> list[Message]:
        return sorted((message for message in self.messages.values() if message.rev > after), key=lambda m: m.rev)

    def timeline(self) -> list[Message]:
        return sorted(self.messages.values(), key=lambda message: message.seq)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer on its way to the page that asked."""

    client: int
    page: int
    messages: list[Message]
    rev: int
    complete: bool


class SyncMachine(RuleBasedStateMachine):
    """Several clients, one room, and a network that drops, doubles, delays and reorders what it carries.

    Answers to "what changed after my rev" travel too: they may arrive late, after live changes.
    """

    live = Bundle("live")
    answers = Bundle("answers")
    clients = st.integers(0, CLIENTS - 1)

    @initialize()
    def start(self) -> None:
        self.room = Room()
        self.views = [RoomView() for _ in range(CLIENTS)]
        self.pages = [0] * CLIENTS
        self.number = 0

    @rule(target=live, content=st.text(max_size=3))
    def send(self, content: str) -> Message:
        self.number += 1
        return self.room.append("ann", f"c{self.number}", content)

    @rule(target=live, number=st.integers(1, 30))
    def send_again(self, number: int) -> Message:
        """The acknowledgement was lost, so the client sends once more."""
        return self.room.append("ann", f"c{min(number, self.number + 1)}", "again")

    @rule(target=live, data=st.data(), content=st.text(max_size=3))
    def edit(self, data: st.DataObject, content: str) -> Message:
        if not self.room.messages:
            return self.room.append("ben", "first", content)
        return self.room.edit(data.draw(st.integers(1, len(self.room.messages))), content)

    @rule(message=live, client=clients)
    def deliver(self, message: Message, client: int) -> None:
        """Any change, at any time, any number of times."""
        view = self.views[client]
        before = (view.rev, dict(view.messages))
        applied = view.apply(message)
        if applied is Applied.DONE:
            assert view.rev == message.rev == before[0] + 1
        else:
            assert (view.rev, view.messages) == before, "a change that cannot be applied changes nothing"
        assert applied is not Applied.GAP or message.rev > view.rev + 1

    @rule(message=consumes(live))
    def lose(self, message: Message) -> None:
        """The network forgets it."""

    @rule(target=answers, client=clients)
    def ask(self, client: int) -> Answer:
        """What the server answers now to a client that says up to where it knows."""
        changed = self.room.changes(self.views[client].rev)
        complete = len(changed) <= LIMIT
        return Answer(
            client, self.pages[client], changed if complete else self.room.timeline(), self.room.rev, complete
        )

    @rule(answer=answers)
    def answer(self, answer: Answer) -> None:
        """An answer may come late, and behind live changes, but not to another page than the one that asked."""
        view = self.views[answer.client]
        if answer.page != self.pages[answer.client]:
            return
        if not answer.complete and answer.rev >= view.rev:
            view.messages.clear()
        view.resume(answer.messages, answer.rev)

    @rule(client=clients)
    def reload(self, client: int) -> None:
        """The page is opened anew and knows nothing."""
        self.views[client] = RoomView()
        self.pages[client] += 1

    @invariant()
    def each_copy_is_true_up_to_its_number(self) -> None:
        """In order, no doubles, and complete: what a client holds is what a fetch up to its number would give."""
        for view in getattr(self, "views", []):
            timeline = view.timeline()
            assert [message.seq for message in timeline] == sorted({message.seq for message in timeline})
            for message in self.room.messages.values():
                if message.rev <= view.rev:
                    assert view.messages[message.id] == message, "a change at or below its number is missing"

    def teardown(self) -> None:
        """When the network is good again, one question is enough for everybody."""
        for client, view in enumerate(getattr(self, "views", [])):
            self.answer(self.ask(client))
            assert view.rev == self.room.rev
            assert view.timeline() == self.room.timeline()


class OutboxMachine(RuleBasedStateMachine):
    """An outbox over a connection that loses requests and acknowledgements, and a page that is closed in between.

    One message is in flight at a time; it is sent again, with the same client id, until it is acknowledged.
    """

    @initialize()
    def start(self) -> None:
        self.room = Room()
        self.outbox: list[str] = []
        self.written: list[str] = []
        self.acknowledged: list[str] = []

    @rule()
    def write(self) -> None:
        client_id = f"c{len(self.written)}"
        self.written.append(client_id)
        self.outbox.append(client_id)

    @rule(request_lost=st.booleans(), answer_lost=st.booleans())
    def try_to_send(self, request_lost: bool, answer_lost: bool) -> None:
        if not self.outbox or request_lost:
            return
        self.room.append("ann", self.outbox[0], self.outbox[0])
        if not answer_lost:
            self.acknowledged.append(self.outbox.pop(0))

    @rule()
    def reload(self) -> None:
        """The outbox is kept; what was in flight is not known to have arrived."""
        self.outbox = list(self.outbox)

    @invariant()
    def what_is_acknowledged_is_there_once_and_in_order(self) -> None:
        if not hasattr(self, "room"):
            return
        stored = [message.client_id for message in self.room.timeline()]
        assert stored == self.written[: len(stored)], "the order of writing is the order in the room, no doubles"
        assert self.acknowledged == stored[: len(self.acknowledged)]
        assert self.acknowledged + self.outbox == self.written, "nothing is forgotten"

    def teardown(self) -> None:
        while getattr(self, "outbox", []):
            self.try_to_send(False, False)
        if hasattr(self, "room"):
            assert [message.client_id for message in self.room.timeline()] == self.written


TestSync = SyncMachine.TestCase
TestSync.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestOutbox = OutboxMachine.TestCase
TestOutbox.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
