"""The realtime hub: lets sockets in, keeps what is known of them, and lets them go."""

import asyncio
import logging
import random
import time
from dataclasses import dataclass
from functools import partial
from typing import Any

import socketio
from socketio.exceptions import ConnectionRefusedError as Refused

import chatbeside
from chatbeside.domain.calls import CallWire, call_to_wire
from chatbeside.domain.errors import ChatError, NotSignedIn, TooMany
from chatbeside.domain.limits import LimitName
from chatbeside.domain.wire import RoomWire, UserWire, account_to_wire, user_to_wire
from chatbeside.realtime import limits, packets
from chatbeside.realtime.answers import failure, refusal
from chatbeside.realtime.assistant import AssistantEvents
from chatbeside.realtime.calls import CallEvents
from chatbeside.realtime.devices import Devices
from chatbeside.realtime.everywhere import Everywhere
from chatbeside.realtime.fanout import Fanout
from chatbeside.realtime.group_calls import GroupCallEvents
from chatbeside.realtime.handlers import Handlers
from chatbeside.realtime.manager import LocalEmit
from chatbeside.realtime.packets import NAMESPACE
from chatbeside.realtime.presence import GRACE
from chatbeside.realtime.presence_shared import SharedPresence
from chatbeside.realtime.recordings import RecordingEvents
from chatbeside.realtime.resume import Resume
from chatbeside.realtime.roster import Connection, Roster, room_channel, user_channel
from chatbeside.realtime.server import SocketServer
from chatbeside.realtime.sockets import Socket
from chatbeside.realtime.strangers import Strangers
from chatbeside.realtime.untold import Untold
from chatbeside.services import guard
from chatbeside.services.background import end
from chatbeside.services.bus import Watcher
from chatbeside.services.container import Services
from chatbeside.services.limits import address_key
from chatbeside.services.principal import Principal
from chatbeside.services.source import Source
from chatbeside.services.web import origin_allowed, token_from_cookies
from chatbeside.settings import Settings
from chatbeside.store.interfaces import StoreUnavailable

logger = logging.getLogger(__name__)

PEOPLE_MOST = 500
"""Faces in a first answer; the client asks for others by ``people``."""

_SOCKETS_WAIT = 15.0
"""Seconds after which somebody with too many sockets may try again."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between the rounds of the housekeeping."""

    tick: float = 1.0
    renew: float = 15.0
    validate: float = 60.0
    silence: float = 20.0
    """How long a socket may stay without saying who it is."""
    grace: float = GRACE
    """How long somebody stays in view after the last socket went."""
    tarry: float = 3.0
    """How long somebody who tries too often waits for the refusal."""


class Hub:
    """Everything behind ``/socket.io``.

    Args:
        services: What happens is theirs to decide.
        settings: ``origins`` says which other pages may open sockets.
        pace: How often to look after things; tests hurry.
    """

    def __init__(self, services: Services, settings: Settings, pace: Pace = Pace()) -> None:
        self._services = services
        self._pace = pace
        self._sockets_most = settings.sockets
        self._arriving: dict[str, tuple[Principal, str, Source]] = {}
        self._pressure = limits.People()
        self._strangers = Strangers[str]()
        self._keeper: asyncio.Task[None] | None = None
        self.manager = LocalEmit()
        self.roster = Roster()
        self._resume = Resume(
            lambda: [partial(socket.close, wait=False) for socket in self._server.eio.sockets.values()]
        )
        services.bus.watch(Watcher(missed=self._resume.all))
        untold = Untold(services.store, self.manager)
        everywhere = Everywhere(services.bus, self.manager, self.roster, untold.read)
        self.presence = SharedPresence(
            services.bus,
            self.roster,
            time.monotonic,
            grace=pace.grace,
            tell=self._tell_presence,
        )
        self.fanout = Fanout(
            services,
            manager=self.manager,
            everywhere=everywhere,
            roster=self.roster,
            presence=self.presence,
            end_session=self.end_session,
            missed=self._resume.all,
        )
        self.handlers = Handlers(services, everywhere, self.roster, self.presence, self._tell_presence)
        AssistantEvents(services, self.handlers)
        self._devices = Devices(self.roster)
        self.calls = CallEvents(services, self.manager, everywhere, self._devices)
        self.calls.register(self.handlers)
        self.group_calls = GroupCallEvents(services, self.manager, everywhere, self._devices)
        self.group_calls.register(self.handlers)
        self.recordings = RecordingEvents(services.recordings, everywhere)
        self.recordings.register(self.handlers)
        services.push.watch(lambda user_id: self.presence.state(user_id) == "online")
        self._server = SocketServer(
            self.manager,
            dispatch=self.handlers.dispatch,
            opened=self._opened,
            closed=self._strangers.gone,
            connected=self._connected,
            frame_most=settings.frame_most,
            cors_allowed_origins=lambda origin, environ: origin_allowed(origin, environ.get("HTTP_HOST"), settings),
        )
        guard.of(self._connect)
        self._server.on("connect", self._connect)
        self._server.on("disconnect", self._disconnect)
        self.asgi = socketio.ASGIApp(self._server)

    async def start(self) -> None:
        """Begin to look after sockets."""
        await self.fanout.start()
        await self._resume.start()
        self._keeper = asyncio.create_task(self._keep_house(), name="realtime housekeeping")

    async def stop(self) -> None:
        """Close every socket and end what runs in the background."""
        await end(self._keeper)
        self._keeper = None
        await self._resume.stop()
        for socket in list(self._server.eio.sockets.values()):
            await socket.close(wait=False)
        await self._server.shutdown()
        await self.fanout.stop()

    async def end_session(self, session_id: str, reason: str) -> None:
        """Say ``session ended``, and why, to the sockets of a session and close them."""
        for connection in self.roster.of_session(session_id):
            socket = self._socket(connection.sid)
            if socket is not None:
                socket.queue.put_nowait(packets.event("session ended", {"reason": reason}))
                await self._server.disconnect(connection.sid)
                await socket.close(wait=False)

    async def _opened(self, eio_sid: str, environ: dict[str, Any]) -> bool:
        """Return whether a socket may be opened; who it is for is said later."""
        address = _source(environ).address
        if self._strangers.crowded(address):
            try:
                token = token_from_cookies(environ.get("HTTP_COOKIE")) or ""
                principal = await self._services.accounts.authenticate(token)
            except (NotSignedIn, StoreUnavailable):
                return False
            if self._pressure.barred(principal.user.id, time.monotonic()):
                return False
        self._strangers.come(eio_sid, address)
        return True

    @guard.public("it decides itself who is let in, by the token or the cookie")
    async def _connect(self, sid: str, environ: dict[str, Any], auth: object) -> None:
        token = auth.get("token") if isinstance(auth, dict) else None
        if not isinstance(token, str) or not token:
            token = token_from_cookies(environ.get("HTTP_COOKIE")) or ""
        try:
            principal = await self._authenticate(token, environ)
            self._check_count(principal)
            await self._check_flood(principal)
            self._arriving[sid] = (principal, token, _source(environ))
        except ChatError as error:
            raise Refused(error.message, refusal(error)["error"]) from error
        except Exception as error:
            answer = failure("connect", error)["error"]
            raise Refused(answer["message"], {"code": answer["code"]}) from error

    async def _authenticate(self, token: str, environ: dict[str, Any]) -> Principal:
        try:
            if not token:
                raise NotSignedIn("Log in first.")
            return await self._services.accounts.authenticate(token)
        except NotSignedIn:
            await self._count_stranger(_source(environ).address)
            raise

    async def _count_stranger(self, address: str) -> None:
        try:
            await self._services.limits.take(LimitName.STRANGERS, address_key(address))
        except TooMany:
            await asyncio.sleep(self._pace.tarry)
            raise

    def _check_count(self, principal: Principal) -> None:
        """Refuse somebody who has very many sockets; without a bound one person could take them all."""
        arriving = sum(other.user.id == principal.user.id for other, _, _ in self._arriving.values())
        if arriving + len(self.roster.of_user(principal.user.id)) >= self._sockets_most:
            words = "You have very many windows and programs open here. Close some of them."
            raise TooMany(words, retry_after=_SOCKETS_WAIT)

    async def _check_flood(self, principal: Principal) -> None:
        """Refuse somebody who was disconnected for sending too much, and take some time for it."""
        wait = self._pressure.barred(principal.user.id, time.monotonic())
        if wait:
            await asyncio.sleep(min(wait, self._pace.tarry))
            raise TooMany("You have sent far too much at once. Wait a moment.", retry_after=wait)

    def _flooded(self, user_id: str) -> None:
        logger.warning("a socket of the person %s is closed: it went on sending too much", user_id)
        self._pressure.bar(user_id, time.monotonic())

    async def _connected(self, sid: str) -> None:
        """Bring a client that was let in to where it hears everything, and tell it where things stand.

        Events that come while its rooms are read wait behind ``ready``, so that none is missed and none comes early.
        """
        socket = self._socket(sid)
        if socket is None or sid not in self._arriving:
            return
        principal, token, source = self._arriving.pop(sid)
        connection = Connection(sid, principal, token, source)
        # Not all in the same moment when they all came at once.
        connection.validate_at = time.monotonic() + self._pace.validate * random.uniform(0.5, 1)  # noqa: S311
        self._strangers.gone(socket.sid)
        socket.gate = self._pressure.gate(principal.user.id)
        socket.flooded = partial(self._flooded, principal.user.id)
        socket.queue.hold()
        try:
            self.roster.add(connection)
            # It may have ended since it was looked at. From here on its end finds this socket.
            await self._services.accounts.authenticate(token)
            self.manager.basic_enter_room(sid, NAMESPACE, user_channel(principal.user.id))
            await self._enter_rooms(connection)
            ready = await packets.long_event("ready", await self._ready(connection))
        except NotSignedIn:
            await self.end_session(principal.session.id, "over")
            return
        except Exception as error:
            failure("ready", error)
            await socket.close(wait=False, abort=True)
            return
        socket.queue.put_nowait(ready)
        socket.queue.release()

    async def _enter_rooms(self, connection: Connection) -> None:
        user_id = connection.principal.user.id
        memberships = await self._services.store.members.of_user(user_id)
        if not self.manager.is_connected(connection.sid, NAMESPACE):
            raise ConnectionError("gone while arriving")
        room_ids = [member.room_id for member in memberships if member.room_id not in connection.left]
        self.roster.enter(user_id, room_ids)
        for room_id in room_ids:
            self.manager.basic_enter_room(connection.sid, NAMESPACE, room_channel(room_id))
        changed = self.presence.claim(user_id, connection.sid)
        if changed:
            self.fanout.tell_presence(user_id, changed)

    async def _ready(self, connection: Connection) -> dict[str, Any]:
        user = connection.principal.user
        rooms = await self._services.rooms.list(connection.principal)
        for room in rooms:
            self.fanout.order.known(room["room"], room["rev"])
        here = {other: self.presence.state(other) for other in self.roster.neighbours(user.id)}
        return {
            "user": account_to_wire(user),
            "rooms": rooms,
            "people": await self._people(rooms, here),
            "presence": {other: state for other, state in here.items() if state != "offline"},
            "call": await self._call(connection),
            "groupCalls": await self.group_calls.current(connection),
            "blocked": await self._services.blocks.ids(user.id),
            "server": {
                "version": chatbeside.__version__,
                "maxContent": self._services.settings.max_content,
                "maxUpload": self._services.settings.max_upload,
            },
        }

    async def _call(self, connection: Connection) -> CallWire | None:
        call = await self._services.calls.current(connection.principal)
        return call_to_wire(call) if call else None

    async def _people(self, rooms: list[RoomWire], here: dict[str, Any]) -> list[UserWire]:
        wanted: dict[str, None] = {}
        for room in rooms:
            if room["peer"]:
                wanted[room["peer"]["_id"]] = None
            if room["lastMessage"]:
                wanted[room["lastMessage"]["sender"]] = None
        wanted.update(dict.fromkeys(here))
        found = await self._services.store.users.get_many(list(wanted)[:PEOPLE_MOST])
        return [user_to_wire(user) for user in found.values()]

    async def _disconnect(self, sid: str, reason: str) -> None:
        self._arriving.pop(sid, None)
        connection = self.roster.remove(sid)
        if connection is not None:
            device = self._devices.gone(connection)
            if device is not None:
                self.calls.gone(connection, device)
                self.group_calls.gone(connection, device)
            user_id = connection.principal.user.id
            changed = self.presence.leave(user_id, sid)
            if changed:
                self.fanout.tell_presence(user_id, changed)

    def _socket(self, sid: str) -> Socket | None:
        socket: Socket | None = self._server.eio.sockets.get(self.manager.eio_sid_from_sid(sid, NAMESPACE))
        return socket

    def _tell_presence(self, user_id: str, state: str) -> None:
        self.fanout.tell_presence(user_id, state)

    async def _keep_house(self) -> None:
        renewed = time.monotonic()
        while True:
            await asyncio.sleep(self._pace.tick)
            now = time.monotonic()
            try:
                self._expire()
                if now - renewed >= self._pace.renew:
                    renewed = now
                    await self._renew(now)
                await self._validate()
            except Exception as error:
                failure("housekeeping", error)

    def _expire(self) -> None:
        for user_id, state in self.presence.expire():
            self.fanout.tell_presence(user_id, state)
            if state == "offline":
                self.roster.forget(user_id)

    async def _renew(self, now: float) -> None:
        """Prolong the presence of those who are connected; close sockets that never said who they are."""
        for connection in self.roster.all():
            self.presence.renew(connection.principal.user.id, [connection.sid])
        await self.presence.refresh()
        self.fanout.order.sweep(self.roster.people)
        self._pressure.sweep(now, lambda user_id: bool(self.roster.of_user(user_id)))
        for eio_sid, socket in list(self._server.eio.sockets.items()):
            silent = self.manager.sid_from_eio_sid(eio_sid, NAMESPACE) is None
            if silent and now - socket.born > self._pace.silence:
                await socket.close(wait=False)

    async def _validate(self) -> None:
        """Close the sockets of sessions that ended without this process hearing of it, or ran out.

        Each session has a turn of its own: to look at a thousand at once would hold up everybody for seconds.
        """
        now = time.monotonic()
        due = {each.principal.session.id: each for each in self.roster.all() if now >= each.validate_at}
        for session_id, connection in due.items():
            for other in self.roster.of_session(session_id):
                other.validate_at = now + self._pace.validate
            try:
                principal = await self._services.accounts.authenticate(connection.token)
            except NotSignedIn:
                await self.end_session(session_id, "over")
            else:
                for other in self.roster.of_session(session_id):
                    other.principal = principal


def _source(environ: dict[str, Any]) -> Source:
    client = environ.get("asgi.scope", {}).get("client") or ("",)
    return Source(str(client[0]), str(environ.get("HTTP_USER_AGENT", "")))
