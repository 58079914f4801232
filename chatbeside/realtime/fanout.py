"""From what happened to what clients hear. The services' publisher."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from chatbeside.domain.errors import NotFound
from chatbeside.domain.models import Message, Room
from chatbeside.domain.wire import account_to_wire, message_to_wire, receipt_to_wire, user_to_wire
from chatbeside.realtime.answers import failure
from chatbeside.realtime.everywhere import Everywhere
from chatbeside.realtime.from_others import FromOthers
from chatbeside.realtime.handlers import TYPING_LEASE
from chatbeside.realtime.manager import LocalEmit
from chatbeside.realtime.packets import NAMESPACE
from chatbeside.realtime.presence_shared import SharedPresence
from chatbeside.realtime.roster import Roster, room_channel, user_channel
from chatbeside.services import events
from chatbeside.services.container import Services
from chatbeside.services.principal import Principal


class Fanout:
    """Delivers events to the sockets of this process.

    Args:
        services: Answer what a room looks like to somebody.
        manager: Lays packets on sockets.
        everywhere: Lays events on the sockets of every worker.
        roster: Knows the sockets.
        presence: Knows who is here.
        end_session: Closes the sockets of a session and says why.
        missed: Called when something that other workers told may have been missed.
    """

    def __init__(
        self,
        services: Services,
        *,
        manager: LocalEmit,
        everywhere: Everywhere,
        roster: Roster,
        presence: SharedPresence,
        end_session: Callable[[str, str], Awaitable[None]],
        missed: Callable[[], None],
    ) -> None:
        self._services = services
        self._manager = manager
        self._roster = roster
        self._presence = presence
        self.end_session = end_session
        self._everywhere = everywhere
        self.order = everywhere.order
        self._from_others = FromOthers(services, self, missed)

    async def start(self) -> None:
        """Begin to take in what other workers tell."""
        await self._from_others.start()

    async def stop(self) -> None:
        """Take in nothing more."""
        await self._from_others.stop()
        self.order.close()

    async def publish(self, event: events.Event) -> None:  # noqa: C901 - a case a kind
        """Tell everyone whom ``event`` concerns. Never raises for a listener's failure."""
        try:
            match event:
                case events.MessageStored(room, message):
                    self._message("chat message", room, message)
                case events.MessageChanged(room, message):
                    self._message("message changed", room, message)
                case events.ReceiptAdvanced():
                    self._receipt(event)
                case events.RoomChanged(room, added, removed):
                    self._from_others.room_changed(room, added, removed)
                    await self.room_changed(room, added, removed)
                case events.MembershipChanged(room, user_id):
                    self._from_others.membership_changed(room.id, user_id)
                    await self.tell_room(room.id, [user_id])
                case events.AccountChanged(user_id):
                    self._from_others.account_changed(user_id)
                    await self.account_changed(user_id)
                case events.BlocksChanged(user_id):
                    self._from_others.blocks_changed(user_id)
                    await self.blocks_changed(user_id)
                case events.TypingShown() | events.AnswerGrown():
                    self._assistant(event)
                case events.SessionEnded(session_id, _, reason):
                    self._from_others.session_ended(session_id, reason)
                    await self.end_session(session_id, reason)
        except Exception as error:
            failure(f"telling of {type(event).__name__}", error)

    def tell_presence(self, user_id: str, state: str) -> None:
        """Tell those who share a conversation with somebody how that person's presence is now."""
        channels = [user_channel(user_id), *(room_channel(room_id) for room_id in self._roster.rooms(user_id))]
        self._manager.emit_now("presence", {"user": user_id, "state": state}, to=channels)

    def _message(self, name: str, room: Room, message: Message) -> None:
        place = (room.id, message.rev)
        self._everywhere.emit(name, message_to_wire(message, room), to=room_channel(room.id), place=place)

    def _receipt(self, event: events.ReceiptAdvanced) -> None:
        channel = room_channel(event.room.id) if event.shared else user_channel(event.receipt.user_id)
        news = {"room": event.room.id, **receipt_to_wire(event.receipt)}
        self._everywhere.emit("read", news, to=channel, skip_socket=event.socket)

    def _assistant(self, event: events.TypingShown | events.AnswerGrown) -> None:
        if isinstance(event, events.AnswerGrown):
            self._everywhere.emit("assistant stream", answer_to_wire(event), to=room_channel(event.room.id))
            return
        until = TYPING_LEASE if event.on else 0
        news = {"room": event.room.id, "user": event.user_id, "on": event.on, "until": until}
        self._everywhere.emit("typing", news, to=room_channel(event.room.id))

    async def room_changed(self, room: Room, everyone_added: Sequence[str], removed: Sequence[str]) -> None:
        """Let those who came hear the room, here, and those who went hear it no more; show it to all anew."""
        room_id, added = room.id, [user for user in everyone_added if self._roster.knows(user)]
        # Whoever comes in learns of the room before the first message from it.
        self.order.hold(room_id)
        try:
            for user_id in removed:
                self._let_go(user_id, room_id)
            for user_id in added:
                self._roster.enter(user_id, [room_id])
                for connection in self._roster.of_user(user_id):
                    connection.left.discard(room_id)
                    self._manager.basic_enter_room(connection.sid, NAMESPACE, room_channel(room_id))
            if everyone_added:
                await self._introduce(room, everyone_added, added)
            await self.tell_room(room_id, added)
        finally:
            self.order.release(room_id)
        await self.tell_room(room_id, [user for user in self._roster.people(room_id) if user not in added])

    def _let_go(self, user_id: str, room_id: str) -> None:
        self._roster.leave(user_id, room_id)
        for connection in self._roster.of_user(user_id):
            connection.left.add(room_id)
            self._manager.basic_leave_room(connection.sid, NAMESPACE, room_channel(room_id))
        gone = {"room": {"room": room_id, "gone": True}}
        self._manager.emit_now("room changed", gone, to=user_channel(user_id))

    async def _introduce(self, room: Room, everyone_added: Iterable[str], here: Iterable[str]) -> None:
        """Give the room the faces and presence of those who came, and those who came the presence of the room."""
        found = await self._services.store.users.get_many(everyone_added)
        faces = {"people": [user_to_wire(user) for user in found.values()]}
        self._manager.emit_now("people", faces, to=room_channel(room.id))
        # The other half of a direct conversation comes in with the first message, but may be here already.
        present = {*self._roster.people(room.id), *(room.pair or "").split(":")} - {""}
        for user_id in present:
            news = {"user": user_id, "state": self._presence.state(user_id)}
            channels = [room_channel(room.id)] if user_id in here else [user_channel(other) for other in here]
            self._manager.emit_now("presence", news, to=channels)

    async def tell_room(self, room_id: str, user_ids: Iterable[str]) -> None:
        """Show a room to people who are here, to each as they see it."""
        for user_id in user_ids:
            connections = self._roster.of_user(user_id)
            if connections:
                try:
                    wire = await self._services.rooms.one(connections[0].principal, room_id)
                except NotFound:
                    continue
                self.order.known(room_id, wire["rev"])
                self._manager.emit_now("room changed", {"room": wire}, to=user_channel(user_id))

    async def blocks_changed(self, user_id: str) -> None:
        """Tell somebody's own devices whom they have blocked."""
        if self._roster.of_user(user_id):
            blocked = await self._services.blocks.ids(user_id)
            self._manager.emit_now("blocked", {"users": blocked}, to=user_channel(user_id))

    async def account_changed(self, user_id: str) -> None:
        """Show somebody anew, to those who are here."""
        user = await self._services.store.users.get(user_id)
        if user is None:
            return
        for connection in self._roster.of_user(user_id):
            connection.principal = Principal(user, connection.principal.session)
        face: dict[str, Any] = {"people": [user_to_wire(user)]}
        channels = [user_channel(user_id), *(room_channel(room_id) for room_id in self._roster.rooms(user_id))]
        if user.bot:  # it has no socket by whose rooms it could be found, and everybody knows it
            channels = [user_channel(other) for other in {each.principal.user.id for each in self._roster.all()}]
        self._manager.emit_now("people", face, to=channels)
        self._manager.emit_now("account", {"user": account_to_wire(user)}, to=user_channel(user_id))
        if user.deactivated_at is not None:
            for session_id in {connection.principal.session.id for connection in self._roster.of_user(user_id)}:
                await self.end_session(session_id, "closed")


def answer_to_wire(event: events.AnswerGrown) -> dict[str, Any]:
    """Return how a growing answer is told: up to character ``at`` the text before holds, ``text`` follows."""
    return {
        "room": event.room.id,
        "id": event.answer_id,
        "user": event.user_id,
        "replyTo": event.question_id,
        "asker": event.asker_id,
        "at": event.at,
        "text": event.text,
        "n": event.n,
        "done": event.done,
    }
