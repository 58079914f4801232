"""Typing, presence, sessions, and what stays hidden from others."""

import pytest

from chatbeside.services.events import AccountChanged, RoomChanged
from chatbeside.services.principal import Principal
from tests.realtime.harness import World, until


async def test_typing_reaches_the_others_only(world: World) -> None:
    room = await world.direct("ann", "ben")
    ann, desk, ben, eve = [await world.join(name) for name in ("ann", "ann", "ben", "eve")]
    assert await ann.ask("typing", {"room": room}) == {}
    me = ann.ready["user"]["_id"]
    assert await ben.expect("typing") == {"room": room, "user": me, "on": True, "until": 6000}
    await ann.ask("typing", {"room": room})
    await ann.ask("typing", {"room": room, "on": False})
    assert await ben.expect("typing") == {"room": room, "user": me, "on": False, "until": 0}
    for client in (ann, desk, eve):
        await client.settle()
        assert client.all("typing") == []


async def test_presence_counts_sockets_and_says_away(world: World) -> None:
    await world.direct("ann", "ben")
    ben = await world.join("ben")
    phone = await world.join("ann")
    me = phone.ready["user"]["_id"]

    async def next_state() -> str:
        return str((await ben.expect("presence", lambda news: news["user"] == me))["state"])

    assert await next_state() == "online"
    desk = await world.join("ann")
    await phone.ask("presence", {"state": "away"})
    await ben.settle()
    assert all(news["user"] != me for news in ben.all("presence")), "somebody is still at the other device"
    await desk.ask("presence", {"state": "away"})
    assert await next_state() == "away"
    await desk.ask("presence", {"state": "online"})
    assert await next_state() == "online"
    await desk.close()
    assert await next_state() == "away"
    await phone.close()
    assert await next_state() == "offline"
    assert me not in (await world.join("ben")).ready["presence"]


async def test_presence_is_for_those_who_share_a_conversation(world: World) -> None:
    eve = await world.join("eve")
    await world.direct("ann", "ben")
    ann = await world.join("ann")
    await eve.settle()
    me = ann.ready["user"]["_id"]
    assert all(news["user"] != me for news in eve.all("presence"))
    assert me not in eve.ready["presence"] and me not in (await world.join("eve")).ready["presence"]


async def test_log_out_closes_the_sockets_of_that_session_only(world: World) -> None:
    principal = await world.people("ann")
    other = await world.backend.services.accounts.log_in("ann", "correct horse battery")
    ended, stays = await world.join("ann"), world.client()
    await stays.connect({"token": other.token})
    await world.backend.services.accounts.log_out(principal)
    assert await ended.expect("session ended") == {"reason": ""}
    await ended.closed.wait()
    assert await stays.ask("presence", {"state": "online"}) == {}


async def test_a_session_that_ended_elsewhere_is_noticed(world: World) -> None:
    """No event says so: another worker, or the database, ended it."""
    principal = await world.people("ann")
    ann = await world.join("ann")
    await world.backend.services.store.sessions.revoke(principal.session.id, principal.session.created_at)
    assert await ann.expect("session ended") == {"reason": "over"}
    await ann.closed.wait()
    await until(lambda: world.backend.hub.roster.all() == [])


async def test_a_session_that_ends_while_its_socket_arrives_is_noticed_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    principal, accounts = await world.people("ann"), world.backend.services.accounts
    look = accounts.authenticate

    async def then_it_ends(token: str) -> Principal:
        seen = await look(token)
        await accounts.log_out(principal)
        return seen

    monkeypatch.setattr(accounts, "authenticate", then_it_ends)
    monkeypatch.setattr(world.backend.hub, "_validate", idle)
    ann = world.client()
    await ann.io.connect(world.url, auth={"token": await world.people.token("ann")}, transports=["websocket"])
    assert await ann.expect("session ended") == {"reason": "over"}
    await until(lambda: world.backend.hub.roster.all() == [])


async def idle() -> None:
    """Do nothing: what looks after sessions once a minute is not here."""


async def test_a_closed_account_is_put_out(world: World) -> None:
    principal = await world.people("ann")
    ann = await world.join("ann")
    users = world.backend.services.store.users
    await users.update(principal.user.id, {"deactivated_at": principal.user.created_at})
    await world.backend.services.publisher.publish(AccountChanged(principal.user.id))
    assert await ann.expect("session ended") == {"reason": "closed"}


async def test_a_new_name_is_told(world: World) -> None:
    await world.direct("ann", "ben")
    ann, ben, eve = [await world.join(name) for name in ("ann", "ben", "eve")]
    me = ann.ready["user"]["_id"]
    await world.backend.services.store.users.update(me, {"display_name": "Ann of the Garden"})
    await world.backend.services.publisher.publish(AccountChanged(me))
    assert (await ben.expect("people"))["people"][0]["displayName"] == "Ann of the Garden"
    assert (await ann.expect("account"))["user"]["email"] == "ann@example.org"
    await eve.settle()
    assert eve.all("people") == [] and ben.all("account") == []


ROOM_EVENTS = [
    ("join room", {}),
    ("history", {}),
    ("chat message", {"content": "hello", "clientId": "one"}),
    ("read", {"seq": 1}),
    ("delivered", {"seq": 1}),
    ("typing", {}),
]


@pytest.mark.parametrize(("event", "more"), ROOM_EVENTS)
async def test_a_strangers_room_is_not_found(world: World, event: str, more: dict[str, object]) -> None:
    room = await world.direct("ann", "ben")
    ann, eve = await world.join("ann"), await world.join("eve")
    await ann.send(room, "secret")
    for wanted in (room, "0" * 24, "nonsense"):
        answer = await eve.ask(event, {"room": wanted, **more})
        assert answer["error"]["code"] == "not_found", answer
    joined = await ann.ask("join room", {"room": room})
    assert [message["content"] for message in joined["messages"]] == ["secret"]
    await eve.settle()
    assert {name for name, _ in eve.heard} <= {"presence"}


async def test_whoever_is_removed_hears_nothing_more(world: World) -> None:
    room_id = await world.group("ann", "ben", "eve")
    ann, ben, eve = [await world.join(name) for name in ("ann", "ben", "eve")]
    services = world.backend.services
    room = await services.store.rooms.get(room_id)
    assert room is not None
    gone = eve.ready["user"]["_id"]
    await services.store.members.remove(room_id, gone)
    await services.publisher.publish(RoomChanged(room, removed=(gone,)))
    assert await eve.expect("room changed") == {"room": {"room": room_id, "gone": True}}
    assert (await ben.expect("room changed"))["room"]["memberCount"] == 2
    eve.heard.clear()
    await ann.send(room_id, "about eve")
    await ann.ask("typing", {"room": room_id})
    await ben.expect("chat message")
    await eve.settle()
    assert {name for name, _ in eve.heard} <= {"presence"}


async def test_whoever_is_added_hears_everything_from_now_on(world: World) -> None:
    room_id = await world.group("ann", "ben")
    ann, eve = await world.join("ann"), await world.join("eve")
    services = world.backend.services
    room = await services.store.rooms.get(room_id)
    member = await services.store.members.get(room_id, ann.ready["user"]["_id"])
    assert room is not None and member is not None
    new = eve.ready["user"]["_id"]
    await services.store.members.add(type(member)(room_id, new, member.role, member.joined_at))
    await services.publisher.publish(RoomChanged(room, added=(new,)))
    assert (await eve.expect("room changed"))["room"]["name"] == "Garden"
    assert (await ann.expect("people"))["people"][0]["username"] == "eve"
    await ann.send(room_id, "welcome")
    assert (await eve.expect("chat message"))["content"] == "welcome"
