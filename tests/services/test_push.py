"""Web Push against a push service on loopback that reads what only the browser could: who is told what, who not."""

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import http_ece
import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chatbeside.domain.calls import Call, CallKind
from chatbeside.domain.errors import InvalidInput, TooMany
from chatbeside.domain.models import MessageKind
from chatbeside.domain.push import decoded, encoded
from chatbeside.services.container import Services
from chatbeside.services.events import MessageStored, SessionEnded
from chatbeside.services.principal import Principal
from chatbeside.services.push import Push
from chatbeside.services.push.keys import FILE_NAME, Vapid, load_key
from chatbeside.services.push.sending import Sender
from chatbeside.services.push.service import OF_PERSON_MOST, REST, WAITING_MOST
from chatbeside.settings import Settings
from tests.conftest import ManualClock, People, Recorder

PUBLIC = "93.184.216.34"
HOST = "push.example.org"


@dataclass
class Browser:
    """A browser's side of a subscription."""

    name: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"0123456789abcdef"

    @property
    def endpoint(self) -> str:
        return f"https://{HOST}/send/{self.name}"

    @property
    def keys(self) -> dict[str, str]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": encoded(point), "auth": encoded(self.auth)}

    def read(self, body: bytes) -> dict:
        return json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm"))


class PushService:
    """A push service on loopback, and the resolver that leads to it."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, dict[str, str], bytes]] = []
        self.status = "201 Created"
        self.address = PUBLIC

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        assert port == 443
        return [self.address]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.taken.append((lines[0].split()[1], headers, body))
        writer.write(f"HTTP/1.1 {self.status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    def read(self, *browsers: Browser) -> list[tuple[str, dict]]:
        """Return what came, by browser, and forget it."""
        by_path = {f"/send/{browser.name}": browser for browser in browsers}
        read = [(by_path[path].name, by_path[path].read(body)) for path, _, body in self.taken]
        self.taken.clear()
        return read


class Home(httpx.AsyncHTTPTransport):
    """Takes what would go to a public address to the push service on loopback. Only tests have it."""

    def __init__(self, service: PushService) -> None:
        super().__init__()
        self._service = service

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert (request.url.scheme, request.url.host) == ("https", PUBLIC)
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._service.port)
        return await super().handle_async_request(request)


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    service = PushService()
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
def vapid(tmp_path: Path) -> Vapid:
    return Vapid(load_key(tmp_path), "mailto:ann@example.org")


@pytest.fixture
async def push(services: Services, service: PushService, vapid: Vapid, clock: ManualClock) -> AsyncIterator[Push]:
    sender = Sender(vapid, clock, resolve=service.resolve, transport=lambda: Home(service))
    push = Push(store=services.store, vapid=vapid, clock=clock, sender=sender)
    await push.start()
    yield push
    await push.stop()


async def subscribe(push: Push, principal: Principal, browser: Browser) -> None:
    await push.subscribe(principal, browser.endpoint, **browser.keys)


async def pushed(push: Push, publisher: Recorder) -> None:
    """Let the push hear what the services published, and wait for it."""
    for event in publisher.take():
        await push.publish(event)
    await push.idle()


async def test_a_message_goes_encrypted_to_who_is_not_here(
    services: Services, people: People, publisher: Recorder, push: Push, service: PushService, vapid: Vapid, clock
) -> None:
    ann, ben = await people("ann"), await people("ben")
    browser, second = Browser("ben"), Browser("second")
    await subscribe(push, ben, browser)
    await subscribe(push, ben, second)
    await subscribe(push, ann, Browser("ann"))
    room = await services.rooms.open_direct(ann, ben.user.id)
    await services.messages.send(ann, room.id, "hello\n> **you** " + "x" * 200, client_id="1")
    await pushed(push, publisher)
    service.taken.sort(key=lambda each: each[0])  # both are on their way at the same time
    path, headers, body = service.taken[0]
    assert path == "/send/ben"
    assert headers["host"] == HOST
    assert headers["content-encoding"] == "aes128gcm"
    assert int(headers["ttl"]) > 0
    assert b"hello" not in body
    token, key = headers["authorization"].removeprefix("vapid t=").split(", k=")
    assert key == vapid.public
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(key))
    claims = jwt.decode(token, public, algorithms=["ES256"], audience=f"https://{HOST}", options={"verify_exp": False})
    assert clock().timestamp() < claims["exp"] <= (clock() + timedelta(hours=24)).timestamp()
    assert claims["sub"] == "mailto:ann@example.org"
    text = ("hello you " + "x" * 200)[:139] + "…"
    told = {"room": room.id, "title": "ann", "body": text}
    assert service.read(browser, second) == [("ben", told), ("second", told)]


async def test_nobody_is_pushed_what_they_see_or_have_read(
    services: Services, people: People, publisher: Recorder, push: Push, service: PushService
) -> None:
    ann, ben = await people("ann"), await people("ben")
    browser = Browser("ben")
    await subscribe(push, ben, browser)
    room = await services.rooms.open_direct(ann, ben.user.id)
    here = {ben.user.id}
    push.watch(lambda user_id: user_id in here)
    await services.messages.send(ann, room.id, "one", client_id="1")
    await pushed(push, publisher)
    here.clear()
    await services.messages.send(ann, room.id, "two", client_id="2")
    await services.receipts.advance(ben, room.id, read=2)
    await pushed(push, publisher)
    await services.messages.send(ann, room.id, "three", client_id="3")
    await pushed(push, publisher)
    assert [news["body"] for _, news in service.read(browser)] == ["three"]


async def missed(services: Services, caller: Principal) -> Call:
    """Let somebody call Ben and give up."""
    call = await services.calls.begin(caller, kind=CallKind.AUDIO, device="a", receiver="ben")
    return await services.calls.end(caller, call.id, device="a")


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({}, ["Missed call"]),
        ({"muted": True}, []),
        ({"notify": "mentions"}, []),
        ({"notify": "none"}, []),
    ],
)
async def test_a_missed_call_is_told_like_a_message(
    services: Services,
    people: People,
    publisher: Recorder,
    push: Push,
    service: PushService,
    own: dict[str, object],
    told: list[str],
) -> None:
    ann, ben = await people("ann"), await people("ben")
    browser, caller = Browser("ben"), Browser("ann")
    await subscribe(push, ben, browser)
    await subscribe(push, ann, caller)
    room = await services.rooms.open_direct(ann, ben.user.id)
    await services.groups.set_own(ben, room.id, **own)
    publisher.take()
    await missed(services, ann)
    await pushed(push, publisher)
    assert service.read(browser, caller) == [("ben", {"room": room.id, "title": "ann", "body": body}) for body in told]


async def test_a_missed_call_is_not_told_to_who_is_here_nor_to_who_blocked_the_caller(
    services: Services, people: People, publisher: Recorder, push: Push, service: PushService
) -> None:
    ann, ben, cleo = await people("ann"), await people("ben"), await people("cleo")
    browser = Browser("ben")
    await subscribe(push, ben, browser)
    here = {ben.user.id}
    push.watch(lambda user_id: user_id in here)
    await missed(services, ann)
    await pushed(push, publisher)
    here.clear()
    call = await services.calls.begin(ann, kind=CallKind.AUDIO, device="a", receiver="ben")
    await services.blocks.block(ben, ann.user.id)
    await services.calls.end(ann, call.id, device="a")
    await missed(services, cleo)
    await pushed(push, publisher)
    assert [news["title"] for _, news in service.read(browser)] == ["cleo"]


async def test_of_calls_only_those_that_were_missed_are_told(
    services: Services, people: People, publisher: Recorder, push: Push, service: PushService
) -> None:
    ann, ben = await people("ann"), await people("ben")
    browser = Browser("ben")
    await subscribe(push, ben, browser)
    calls = services.calls
    talked = await calls.begin(ann, kind=CallKind.VIDEO, device="a", receiver="ben")
    await calls.accept(ben, talked.id, "b")
    await calls.connected(ben, talked.id, "b")
    await calls.end(ann, talked.id, device="a")
    declined = await calls.begin(ann, kind=CallKind.AUDIO, device="a", receiver="ben")
    await calls.decline(ben, declined.id)
    # Of a call of a room nobody is told either: nobody was rung.
    room = await services.groups.create(ann, name="Garden", members=[ben.user.id])
    await services.messages.post(
        room, ann.user.id, "Call", client_id="call", kind=MessageKind.CALL, data={"people": [], "seconds": 0}
    )
    await missed(services, ann)
    await pushed(push, publisher)
    assert [news["body"] for _, news in service.read(browser)] == ["Missed call"]


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({}, ["plain", "for @ben"]),
        ({"muted": True}, ["for @ben"]),
        ({"notify": "mentions"}, ["for @ben"]),
        ({"notify": "none"}, []),
    ],
)
async def test_the_level_of_a_room(
    services: Services,
    people: People,
    publisher: Recorder,
    push: Push,
    service: PushService,
    own: dict[str, object],
    told: list[str],
) -> None:
    ann, ben = await people("ann"), await people("ben")
    browser = Browser("ben")
    await subscribe(push, ben, browser)
    room = await services.groups.create(ann, name="Garden")
    await services.groups.add_member(ann, room.id, ben.user.id)
    await services.groups.set_own(ben, room.id, **own)
    publisher.take()
    for text in ("plain", "for @ben"):
        await services.messages.send(ann, room.id, text, client_id=text.split()[0])
    await pushed(push, publisher)
    news = service.read(browser)
    assert [each["body"] for _, each in news] == told
    assert {each["title"] for _, each in news} <= {"ann in Garden"}


@pytest.mark.parametrize(("status", "kept"), [("404 Not Found", 0), ("410 Gone", 0), ("500 No", 1), ("302 Found", 1)])
async def test_a_subscription_that_is_over_is_forgotten(
    services: Services, people: People, publisher: Recorder, push: Push, service: PushService, status: str, kept: int
) -> None:
    ann, ben = await people("ann"), await people("ben")
    await subscribe(push, ben, Browser("ben"))
    service.status = status
    room = await services.rooms.open_direct(ann, ben.user.id)
    await services.messages.send(ann, room.id, "one", client_id="1")
    await pushed(push, publisher)
    assert len(service.taken) == 1
    assert len(await services.store.push.of_users([ben.user.id])) == kept


async def test_a_service_that_does_not_answer_is_left_alone_for_a_while(
    services: Services,
    people: People,
    publisher: Recorder,
    push: Push,
    service: PushService,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ann, ben = await people("ann"), await people("ben")
    browser = Browser("ben")
    await subscribe(push, ben, browser)
    tries = []

    class Deaf(Home):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            tries.append(request)
            raise httpx.ReadTimeout("nothing came")

    monkeypatch.setattr(push._sender, "_make", lambda: Deaf(service))
    room = await services.rooms.open_direct(ann, ben.user.id)
    for number in range(3):
        await services.messages.send(ann, room.id, "one", client_id=str(number))
    await pushed(push, publisher)
    assert len(tries) == 1
    monkeypatch.setattr(push._sender, "_make", lambda: Home(service))
    clock.advance(REST.total_seconds() + 1)
    await services.messages.send(ann, room.id, "two", client_id="4")
    await pushed(push, publisher)
    assert [each["body"] for _, each in service.read(browser)] == ["two"]


async def test_it_ends_with_the_log_in(
    services: Services, people: People, publisher: Recorder, push: Push, service: PushService
) -> None:
    ann, ben = await people("ann"), await people("ben")
    room = await services.rooms.open_direct(ann, ben.user.id)
    await subscribe(push, ben, Browser("ben"))
    await push.publish(SessionEnded(ben.session.id, ben.user.id))
    await push.idle()
    assert await services.store.push.of_users([ben.user.id]) == []
    # The news of the end was lost: it is seen when something would be sent.
    await subscribe(push, ben, Browser("ben"))
    await services.accounts.log_out(ben)
    publisher.take()
    await services.messages.send(ann, room.id, "one", client_id="1")
    await pushed(push, publisher)
    assert service.taken == []
    assert await services.store.push.of_users([ben.user.id]) == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.org/x",
        "https://push.example.org:8443/x",
        "https://ann:secret@push.example.org/x",
        "ftp://push.example.org/x",
        "javascript:alert(1)",
        "https:///x",
        "",
        "https://push.example.org/" + "x" * 2048,
    ],
)
async def test_what_is_no_endpoint_is_refused(people: People, push: Push, endpoint: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await push.subscribe(await people("ann"), endpoint, **Browser("a").keys)
    assert "endpoint" in caught.value.fields


@pytest.mark.parametrize(
    "keys", [{"p256dh": "x"}, {"auth": ""}, {"auth": "AAAA"}, {"p256dh": "ü" * 87}, {"auth": "*" * 22}]
)
async def test_what_is_no_key_is_refused(people: People, push: Push, keys: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        await push.subscribe(await people("ann"), Browser("a").endpoint, **{**Browser("a").keys, **keys})


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1"])
async def test_nothing_goes_to_a_host_inside(
    services: Services, people: People, publisher: Recorder, push: Push, service: PushService, address: str
) -> None:
    ann, ben = await people("ann"), await people("ben")
    await subscribe(push, ben, Browser("ben"))
    service.address = address
    room = await services.rooms.open_direct(ann, ben.user.id)
    await services.messages.send(ann, room.id, "one", client_id="1")
    await pushed(push, publisher)
    assert service.taken == []


async def test_a_person_has_so_many_browsers_and_unsubscribes_only_their_own(
    services: Services, people: People, push: Push
) -> None:
    ann, ben = await people("ann"), await people("ben")
    for number in range(OF_PERSON_MOST):
        await subscribe(push, ann, Browser(str(number)))
    await subscribe(push, ann, Browser("0"))
    with pytest.raises(TooMany):
        await subscribe(push, ann, Browser("one more"))
    await push.unsubscribe(ben, Browser("0").endpoint)
    assert len(await services.store.push.of_users([ann.user.id])) == OF_PERSON_MOST
    await push.unsubscribe(ann, Browser("0").endpoint)
    await push.unsubscribe(ann, "https://nowhere")
    assert len(await services.store.push.of_users([ann.user.id])) == OF_PERSON_MOST - 1


async def test_too_much_to_push_makes_no_sender_wait(
    services: Services, people: People, publisher: Recorder, vapid: Vapid, clock: ManualClock
) -> None:
    ann, ben = await people("ann"), await people("ben")
    room = await services.rooms.open_direct(ann, ben.user.id)
    await services.messages.send(ann, room.id, "one", client_id="1")
    (stored,) = [event for event in publisher.take() if isinstance(event, MessageStored)]
    idle = Push(store=services.store, vapid=vapid, clock=clock)
    for _ in range(WAITING_MOST + 5):
        await idle.publish(stored)


def test_the_key_is_kept_and_its_owners_only(tmp_path: Path) -> None:
    first = Vapid(load_key(tmp_path), "mailto:a@b.org")
    file = tmp_path / FILE_NAME
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    assert Vapid(load_key(tmp_path), "mailto:a@b.org").public == first.public
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
    assert len(decoded(first.public)) == 65
    file.write_text("no key")
    with pytest.raises(ValueError):
        Vapid(load_key(tmp_path), "mailto:a@b.org")


def test_with_a_given_secret_the_key_follows_from_it_and_no_file_is_kept(tmp_path: Path) -> None:
    one, same, other = (
        Vapid.of(Settings(data=tmp_path / place, secret=secret * 32))
        for place, secret in (("a", "x"), ("b", "x"), ("c", "y"))
    )
    assert one.public == same.public != other.public
    assert list(tmp_path.iterdir()) == []


async def test_the_settings_name_a_contact(tmp_path: Path) -> None:
    assert Settings(data=tmp_path, public_url="https://chat.example.org").contact == "https://chat.example.org"
    assert Settings(data=tmp_path, public_url=None).contact.startswith("mailto:")
