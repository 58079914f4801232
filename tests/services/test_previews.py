"""Link previews: what is shown, and above all where this server does not go."""

import asyncio
import io
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from PIL import Image

from chatbeside.domain.links import first_link
from chatbeside.domain.models import Message, Room, User
from chatbeside.services.container import Services
from chatbeside.services.events import MessageChanged, MessageStored
from chatbeside.services.previews import Previews, fetching, pages, thumbnail
from chatbeside.services.previews.fetching import Fetcher, NotFetched, public
from chatbeside.services.previews.service import FAILED_KEPT, KEPT, WAITING_MOST, WAITING_OF_ONE
from tests.conftest import ManualClock, People
from tests.servers.web import PUBLIC, Home, Web, answer

OTHER = "2606:2800:220:1:248:1893:25c8:1946"
INSIDE = """
    127.0.0.1 127.9.9.9 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 0.1.2.3
    224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1
    192.88.99.1 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::127.0.0.1 fe80::1 fe80::1%eth0 fc00::1
    fd12:3456::1 fec0::1 ff02::1 64:ff9b::7f00:1 64:ff9b:1::a00:1 2002:7f00:1:: 2002:a00:1:: 2001:0:7f00:1:: 2001:db8::1
    100::1 localhost 127.1 2130706433 0x7f000001"""
PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Old title</title>
<meta property="og:title" content="The garden &amp; more"><meta property="og:site_name" content="Garden">
<meta name="description" content="About plants"></head><body><meta property="og:title" content="not this"></body>"""


def elsewhere(location: str) -> bytes:
    return answer("", f"Location: {location}", status="302 Found")


def png(width: int = 300, height: int = 200) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(written, "PNG")
    return written.getvalue()


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    web = Web()
    await web.start()
    yield web
    await web.stop()


async def get(web: Web, url: str, *, most: int = 1000, whole: bool = False) -> fetching.Fetched:
    return await web.fetcher().get(url, kinds=("text/html",), most=most, whole=whole)


@pytest.mark.parametrize("address", [PUBLIC, OTHER, "1.1.1.1", "::ffff:1.1.1.1"])
def test_public_addresses(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize(
    "address",
    INSIDE.split(),
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not public(address)


async def test_the_connection_goes_to_the_address_that_was_checked(web: Web) -> None:
    web.pages["/a?b=1"] = answer("hello")
    web.names["garden.example"] = [[PUBLIC], ["127.0.0.1"]]  # rebinding: the second answer leads inside
    found = await get(web, "https://garden.example/a?b=1#part")
    assert (found.body, found.media_type, found.charset) == (b"hello", "text/html", "utf-8")
    assert found.url == "https://garden.example/a?b=1"
    assert web.visited == [(PUBLIC, "garden.example")]
    assert web.asked == ["garden.example"]  # asked once, used once
    with pytest.raises(NotFetched):
        await get(web, "https://garden.example/a?b=1")
    assert len(web.visited) == 1


@pytest.mark.parametrize(
    "answers", [["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["::1", PUBLIC], ["::ffff:169.254.169.254"], []]
)
async def test_one_address_inside_is_enough_to_refuse(web: Web, answers: list[str]) -> None:
    web.names["garden.example"] = [answers]
    with pytest.raises(NotFetched):
        await get(web, "http://garden.example/")
    assert web.visited == []


async def test_the_systems_resolver_is_held_to_the_same() -> None:
    fetcher = Fetcher()
    for host in ("localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0"):
        with pytest.raises(NotFetched):
            await fetcher.get(f"http://{host}/", kinds=("text/html",), most=10, whole=False)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://garden.example/",
        "file:///etc/passwd",
        "gopher://garden.example/",
        "http://garden.example:8080/",
        "https://garden.example:80/",
        "http://user@garden.example/",
        "http://user:password@garden.example/",
        "http:///",
        "http://",
        "javascript:alert(1)",
        "//garden.example/",
        "http://[half/",
        "https://garden.example/" + "x" * 3000,
        "http://garden.example:99999/",
        "",
    ],
)
async def test_addresses_that_are_not_visited(web: Web, url: str) -> None:
    with pytest.raises(NotFetched):
        await get(web, url)
    assert web.visited == []
    web.pages["/go"] = elsewhere(url) if url else answer("", status="302 Found")
    with pytest.raises(NotFetched):  # nor when somebody else leads there
        await get(web, "http://garden.example/go")
    assert {host for _, host in web.visited} <= {"garden.example"}


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1/", "http://inside.example/", "http://[::1]/", "//127.0.0.1/", "http://169.254.169.254/latest/"],
)
async def test_a_redirect_does_not_lead_inside(web: Web, location: str) -> None:
    web.names = {"inside.example": [["10.0.0.7"]], "127.0.0.1": [["127.0.0.1"]], "::1": [["::1"]]}
    web.names["169.254.169.254"] = [["169.254.169.254"]]
    web.pages["/go"] = elsewhere(location)
    with pytest.raises(NotFetched):
        await get(web, "http://garden.example/go")
    assert web.visited == [(PUBLIC, "garden.example")]


@pytest.mark.parametrize(
    "host",
    [
        "0",
        "0.0.0.0",
        "127.1",
        "127.0.0.1.",
        "2130706433",
        "0x7f000001",
        "017700000001",
        "0177.0.0.1",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "localhost",
        "localhost.",
        "rebound.example",
    ],
)
async def test_a_redirect_does_not_lead_inside_however_it_is_written(web: Web, host: str) -> None:
    web.names["rebound.example"] = [["127.0.0.1"]]

    async def resolve(name: str, port: int) -> Sequence[str]:
        known = name in {"garden.example", "rebound.example"}
        return await (web.resolve if known else fetching.look_up)(name, port)

    web.pages["/go"] = elsewhere(f"http://{host}/")
    with pytest.raises(NotFetched):
        await Fetcher(resolve=resolve, transport=lambda: Home(web)).get(
            "http://garden.example/go", kinds=("text/html",), most=10, whole=False
        )
    assert web.visited == [(PUBLIC, "garden.example")]


@pytest.mark.parametrize("location", ["", "/", "?", "//garden.example/", "http://garden.example/"])
async def test_a_redirect_in_a_circle_ends(web: Web, location: str) -> None:
    web.pages["/"] = elsewhere(location)
    with pytest.raises(NotFetched):
        await get(web, "http://garden.example/")
    assert len(web.visited) <= 4


async def test_three_redirects_and_no_more(web: Web) -> None:
    for number in range(4):
        web.pages[f"/{number}"] = elsewhere(f"{number + 1}")
    web.pages["/4"] = answer("there")
    assert (await get(web, "http://garden.example/1")).url == "http://garden.example/4"
    with pytest.raises(NotFetched):
        await get(web, "http://garden.example/0")


async def test_only_the_beginning_of_a_huge_body_is_read(web: Web) -> None:
    sent = 0

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 65536)
            sent += 65536
            await writer.drain()

    web.pages["/"] = flood
    found = await get(web, "http://garden.example/", most=100_000)
    assert len(found.body) == 100_000
    with pytest.raises(NotFetched):
        await get(web, "http://garden.example/", most=100_000, whole=True)
    assert sent < 50_000_000


async def test_a_slow_body_is_not_waited_for(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = asyncio.Event()

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        try:
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.01)
        finally:
            gone.set()

    web.pages["/"] = drip
    monkeypatch.setattr(fetching, "SECONDS", 0.3)
    with pytest.raises(NotFetched):
        await get(web, "http://garden.example/")
    await asyncio.wait_for(gone.wait(), 30)


@pytest.mark.parametrize(
    "page",
    [
        answer("x", kind="application/pdf"),
        answer("x", kind="text/plain"),
        answer("x", kind=""),
        answer("x", "Content-Encoding: gzip"),
        answer("x", status="404 Not Found"),
        answer("x", status="206 Partial Content"),
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\nhalf",
        b"not http at all\r\n\r\n",
        b"",
    ],
)
async def test_what_is_no_page(web: Web, page: bytes) -> None:
    web.pages["/"] = page
    with pytest.raises(NotFetched):
        await get(web, "http://garden.example/")


def test_what_a_page_says() -> None:
    said = pages.read(PAGE.encode(), None)
    assert said == pages.Said("The garden & more", "About plants", "Garden", "")
    assert pages.read(b"<title> Only \n a title </title>", None).title == "Only a title"
    assert pages.read(b"<p>nothing</p>", None).title == ""
    long = pages.read(b"<title>" + b"word " * 500 + b"</title>", None).title
    assert len(long) <= 200
    assert long.endswith("…")


@pytest.mark.parametrize(
    ("body", "charset", "title"),
    [
        ("<title>Größe</title>".encode("latin-1"), "iso-8859-1", "Größe"),
        ('<meta charset="windows-1251"><title>Сад</title>'.encode("cp1251"), None, "Сад"),
        ("<title>庭</title>".encode("shift_jis"), "Shift_JIS".lower(), "庭"),
        ("<title>Garten</title>".encode("utf-16"), None, "Garten"),
        ("<title>Größe</title>".encode(), "no-such-charset", "Größe"),
        ("<title>Größe</title>".encode(), "unicode_escape", "Größe"),
        (b"<title>+ADw-b+AD4-</title>", "utf-7", "+ADw-b+AD4-"),
        (b"<title>bad \xff\xfe bytes</title>", "utf-8", "bad \ufffd\ufffd bytes"),
        (b"<title>a\x00b\xe2\x80\xaec</title>", "utf-8", "abc"),
    ],
)
def test_charsets(body: bytes, charset: str | None, title: str) -> None:
    assert pages.read(body, charset).title == title


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<!",
        "<!--",
        "<![CDATA[",
        "<meta ",
        '<meta content="',
        "<title>",
        "&#",
        "&amp",
        "</",
        "<a a='",
        "<?",
        "<a ",
        "<meta property=og:title content=x>",
        "<a b=",
        " a=",
        "\x00",
    ],
)
def test_markup_that_means_harm_is_read_in_no_time(piece: str) -> None:
    began = time.process_time()
    pages.read((piece * 200_000)[: 512 * 1024].encode(), None)
    pages.read(("<meta " + piece * 200_000)[: 512 * 1024].encode(), None)
    assert time.process_time() - began < 2


def test_pictures_are_drawn_anew() -> None:
    address = thumbnail.small(png())
    assert address.startswith("data:image/webp;base64,UklGR")
    assert len(address) < 12_100
    for bad in (b"", b"GIF89a", b"<svg onload=alert(1)>", png(8, 8), png()[:50]):
        assert thumbnail.small(bad) == ""
    noise = io.BytesIO()
    Image.effect_noise((400, 400), 200).convert("RGB").save(noise, "PNG")
    assert len(thumbnail.small(noise.getvalue())) < 12_100
    assert thumbnail.small(png(5000, 5000)) == ""


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("see https://garden.example/a.", "https://garden.example/a"),
        ("(https://garden.example/a_(b)), yes", "https://garden.example/a_(b)"),
        ("<https://garden.example/a>", "https://garden.example/a"),
        ("[here](http://garden.example/?q=1&r=2)", "http://garden.example/?q=1&r=2"),
        ("`https://code.example/` https://garden.example/", "https://garden.example/"),
        ("```\nhttps://code.example/", None),
        ("https://localhost/ nothing", None),
        ("no link: example.org, ftp://a.b", None),
    ],
)
def test_the_first_link_of_a_text(text: str, link: str | None) -> None:
    assert first_link(text) == link


@pytest.fixture
async def room(services: Services, people: People) -> Room:
    return await services.rooms.open_direct(await people("ann"), (await people("ben")).user.id)


@pytest.fixture
async def previews(services: Services, web: Web, clock: ManualClock) -> AsyncIterator[Previews]:
    settings = services.settings.model_copy(update={"link_previews": True})
    previews = Previews(
        store=services.store,
        messages=services.messages,
        settings=settings,
        limits=services.limits,
        clock=clock,
        fetcher=web.fetcher(),
    )
    await previews.start()
    yield previews
    await previews.stop()


async def say(services: Services, people: People, previews: Previews, room: Room, text: str, key: str = "c") -> Message:
    message, _, _ = await services.messages.send(await people("ann"), room.id, text, client_id=key)
    await previews.publish(MessageStored(room, message))
    await previews.idle()
    found = await services.store.messages.get(message.id)
    assert found is not None
    return found


async def test_a_link_gets_a_preview(
    services: Services, people: People, previews: Previews, room: Room, web: Web
) -> None:
    web.pages["/"] = answer(PAGE.replace("</head>", '<meta property="og:image" content="/p.png"></head>'))
    web.pages["/p.png"] = answer(png(), kind="image/png")
    message = await say(services, people, previews, room, "look: https://garden.example/")
    preview = dict(message.data["preview"])  # type: ignore[call-overload]
    assert str(preview.pop("picture")).startswith("data:image/webp;base64,")
    assert preview == {
        "url": "https://garden.example/", "title": "The garden & more", "description": "About plants", "site": "Garden",
    }  # fmt: skip
    assert (message.rev, message.edited_at) == (2, None)
    again = await say(services, people, previews, room, "again https://garden.example/", "c2")
    assert again.data == message.data
    assert len(web.visited) == 2  # the page and the picture, once


async def test_a_site_that_was_down_is_visited_again_after_a_while(
    services: Services, people: People, previews: Previews, room: Room, web: Web, clock: ManualClock
) -> None:
    url = "https://garden.example/"
    assert "preview" not in (await say(services, people, previews, room, url, "1")).data
    web.pages["/"] = answer("<title>One</title>")
    clock.advance(FAILED_KEPT.total_seconds() - 1)
    assert "preview" not in (await say(services, people, previews, room, url, "2")).data
    assert len(web.visited) == 1
    clock.advance(2)
    assert _title(await say(services, people, previews, room, url, "3")) == "One"


async def test_what_a_page_says_is_read_anew_after_a_day(
    services: Services, people: People, previews: Previews, room: Room, web: Web, clock: ManualClock
) -> None:
    url = "https://garden.example/"
    web.pages["/"] = answer("<title>One</title>")
    first = await say(services, people, previews, room, url, "1")
    web.pages["/"] = answer("<title>Two</title>")
    clock.advance(KEPT.total_seconds() - 1)
    assert _title(await say(services, people, previews, room, url, "2")) == "One"
    clock.advance(2)
    assert _title(await say(services, people, previews, room, url, "3")) == "Two"
    stays = await services.store.messages.get(first.id)
    assert stays
    assert _title(stays) == "One"


def _title(message: Message) -> object:
    preview = message.data["preview"]
    assert isinstance(preview, dict)
    return preview["title"]


async def test_edits_and_deletions_take_the_preview_along(
    services: Services, people: People, previews: Previews, room: Room, web: Web
) -> None:
    ann = await people("ann")
    web.pages["/"] = answer("<title>One</title>")
    web.pages["/two"] = answer("<title>Two</title>")
    message = await say(services, people, previews, room, "https://garden.example/")
    for text, title in (("https://garden.example/two", "Two"), ("none", None), ("https://garden.example/", "One")):
        edited, _ = await services.changes.edit(ann, message.id, text)
        await previews.publish(MessageChanged(room, edited))
        await previews.idle()
        now = await services.store.messages.get(message.id)
        assert now
        preview = now.data.get("preview")
        assert (preview["title"] if isinstance(preview, dict) else None) == title
    deleted, _ = await services.changes.delete(ann, message.id)
    await previews.publish(MessageChanged(room, deleted))
    await previews.publish(MessageStored(room, replace(deleted, deleted_at=None, content="https://garden.example/x")))
    await previews.idle()
    assert (await services.store.messages.get(message.id)) == deleted


async def test_a_link_that_leads_nowhere_is_tried_once(
    services: Services, people: People, previews: Previews, room: Room, web: Web
) -> None:
    message = await say(services, people, previews, room, "https://garden.example/gone")
    assert (message.data, message.rev) == ({}, 1)
    await previews.publish(MessageChanged(room, message))
    await previews.idle()
    assert len(web.visited) == 1


async def test_a_host_is_not_visited_too_often(
    services: Services, people: People, previews: Previews, room: Room, web: Web, clock: ManualClock
) -> None:
    for number in range(15):
        web.pages[f"/{number}"] = answer(f"<title>{number}</title>")
        await say(services, people, previews, room, f"https://garden.example/{number}", f"c{number}")
    assert len(web.visited) == 10
    await say(services, people, previews, room, "https://other.example/1", "other")
    assert len(web.visited) == 11
    clock.advance(66)
    await say(services, people, previews, room, "https://garden.example/14", "later")
    assert len(web.visited) == 12


async def test_too_many_links_at_once_cost_nobody_anything(
    services: Services, people: People, previews: Previews, room: Room, web: Web
) -> None:
    message, _, _ = await services.messages.send(await people("ann"), room.id, "x", client_id="c")
    senders = [f"{number:024x}" for number in range(2 * WAITING_MOST)]
    for number, sender in enumerate(senders):
        await services.store.users.add(User(sender, f"p{number}", f"p{number}", message.created_at))
    for number, sender in enumerate(senders):
        other = replace(message, id=sender, sender_id=sender, content=f"https://h{number}.example/")
        await previews.publish(MessageStored(room, other))
    await previews.idle()
    assert len(web.visited) == WAITING_MOST


async def test_links_of_one_person_to_slow_sites_hold_up_nobody_else(
    services: Services, people: People, previews: Previews, room: Room, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 60)
    go = asyncio.Event()

    async def slow(writer: asyncio.StreamWriter) -> None:
        await go.wait()

    async def write(name: str, client_id: str) -> str:
        message, _, _ = await services.messages.send(
            await people(name), room.id, "https://quick.example/", client_id=client_id
        )
        await previews.publish(MessageStored(room, message))
        return message.id

    async def shown(message_id: str) -> object:
        found = await services.store.messages.get(message_id)
        assert found
        return found.data.get("preview")

    web.pages["/slow"], web.pages["/"] = slow, answer("<title>Quick</title>")
    message, _, _ = await services.messages.send(await people("ann"), room.id, "x", client_id="c")
    for number in range(WAITING_MOST):
        other = replace(message, id=f"{number:024x}", content=f"https://h{number}.example/slow")
        await previews.publish(MessageStored(room, other))
    hers, his = await write("ann", "c2"), await write("ben", "c3")
    go.set()
    await previews.idle()
    assert await shown(hers) is None, "there were enough of Ann's already"
    assert await shown(his)
    assert len(web.visited) == WAITING_OF_ONE + 1


async def test_without_the_setting_nobody_is_visited(
    services: Services, people: People, room: Room, web: Web, clock: ManualClock
) -> None:
    off = Previews(
        store=services.store,
        messages=services.messages,
        settings=services.settings,
        limits=services.limits,
        clock=clock,
        fetcher=web.fetcher(),
    )
    await off.start()
    assert (await say(services, people, off, room, "https://garden.example/")).data == {}
    await off.stop()
    assert web.visited == []
