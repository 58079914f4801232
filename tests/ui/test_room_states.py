"""The states of rooms, members and invites: what they show and refuse; nobody gets in without a session."""

import inspect
from typing import Any
from urllib.parse import quote

import pytest
import reflex as rx
from reflex.istate.data import RouterData

from chatbeside.domain.clock import now
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Member, Role, User
from chatbeside.services import guard, runtime
from chatbeside.services.container import Services
from chatbeside.services.web import SESSION_COOKIE
from chatbeside.ui.states.base import LOGIN_PAGE
from chatbeside.ui.states.door import DoorState
from chatbeside.ui.states.invites import InvitesState, JoinState, join_link
from chatbeside.ui.states.members import MembersState
from chatbeside.ui.states.people import PeopleState
from chatbeside.ui.states.rooms import BrowseState, NewRoomState, RoomState
from tests.conftest import PASSWORD, People

STATES = (PeopleState, NewRoomState, BrowseState, RoomState, MembersState, InvitesState, JoinState)


class Page:
    """A page as the framework keeps it: its states, and the headers that came with it."""

    def __init__(self, token: str = "", address: str = "/") -> None:
        self.root = rx.State(_reflex_internal_init=True)
        cookie = f"{SESSION_COOKIE}={token}" if token else ""
        data = {"headers": {"cookie": cookie}, "asPath": address, "pathname": address.partition("?")[0]}
        self.root.router = RouterData.from_router_data(data)

    def state(self, kind: type[rx.State]) -> Any:
        return self.root.get_substate(kind.get_full_name().split("."))

    async def call(self, kind: type[rx.State], name: str, *arguments: Any) -> Any:
        return await kind.event_handlers[name].fn(self.state(kind), *arguments)


def leads_to(event: Any) -> str:
    """The path that a handler sends the page to, or nothing."""
    events = event if isinstance(event, list) else [event]
    paths = (str(value).strip('"') for each in events for name, value in each.args if str(name) == "path")
    return next(paths, "")


@pytest.fixture
def installed(services: Services) -> Any:
    runtime.install(services)
    yield services
    runtime.install(None)


@pytest.fixture
async def ann(installed: Services, people: People) -> Page:
    return Page(await people.token("ann"))


@pytest.fixture
async def ben(installed: Services, people: People) -> Page:
    return Page(await people.token("ben"))


async def make(page: Page, name: str = "Workshop", **form: str) -> str:
    event = await page.call(NewRoomState, "create", {"new_name": name, **form})
    return leads_to(event).removeprefix("/?room=")


def handlers() -> list[tuple[type[rx.State], str]]:
    return [(state, name) for state in STATES for name in state.event_handlers if name != "setvar"]


_FITTING: dict[str, Any] = {"form": {}, "on": True, "level": "all", "role": "admin", "what": "remove"}


@pytest.mark.parametrize(("state", "name"), handlers())
async def test_nobody_gets_in_without_a_session(installed: Services, state: type[rx.State], name: str) -> None:
    if not guard.of(state.event_handlers[name].fn).needs_session:
        return
    parameters = list(inspect.signature(state.event_handlers[name].fn).parameters)[1:]
    event = await Page().call(state, name, *[_FITTING.get(parameter, "x") for parameter in parameters])
    assert leads_to(event) == LOGIN_PAGE


@pytest.mark.parametrize(("state", "name"), handlers())
@pytest.mark.parametrize("wrong", [7, None, ["x"], {"x": 7}, "x" * 5000, {"x": "x" * 5000}])
async def test_arguments_of_wrong_types_do_nothing(
    ann: Page, monkeypatch: pytest.MonkeyPatch, state: type[rx.State], name: str, wrong: Any
) -> None:
    parameters = list(inspect.signature(state.event_handlers[name].fn).parameters)[1:]
    before = ann.state(state).dict()
    assert await ann.call(state, name, *[wrong for _ in parameters or "x"]) is None
    assert ann.state(state).dict() == before


async def test_a_room_is_made_with_its_first_members(ann: Page, people: People, installed: Services) -> None:
    ben = (await people("ben")).user
    await ann.call(NewRoomState, "prepare")
    await ann.call(NewRoomState, "search", "be")
    assert [person.name for person in ann.state(NewRoomState).found] == ["ben"]
    await ann.call(NewRoomState, "choose", ben.id)
    await ann.call(NewRoomState, "choose", ben.id)
    assert [person.id for person in ann.state(NewRoomState).chosen] == [ben.id]
    room = await make(ann, new_topic="Tools", new_kind="public")
    wire = await installed.rooms.one(await people("ben"), room)
    assert (wire["name"], wire["topic"], wire["public"], wire["role"]) == ("Workshop", "Tools", True, "member")
    assert ann.state(NewRoomState).done == 1


async def test_what_is_wrong_stands_beside_the_field(ann: Page) -> None:
    await ann.call(NewRoomState, "create", {"new_name": " ", "new_topic": ""})
    state = ann.state(NewRoomState)
    assert state.errors == {"name": "Give it a name."}
    assert (state.trouble, state.done) == ("", 0)
    await ann.call(NewRoomState, "prepare")
    assert ann.state(NewRoomState).errors == {}


async def test_public_rooms_are_listed_by_pages_and_joined(ann: Page, ben: Page) -> None:
    for number in range(23):
        await make(ann, f"Room {number:02}", new_kind="public")
    await make(ann, "Room secret")
    await ben.call(BrowseState, "search", "room")
    state = ben.state(BrowseState)
    assert (len(state.places), state.more) == (20, True)
    await ben.call(BrowseState, "further")
    assert [place.name for place in state.places] == [f"Room {number:02}" for number in range(23)]
    assert not state.more
    event = await ben.call(BrowseState, "join", state.places[3].id)
    assert leads_to(event) == f"/?room={state.places[3].id}"
    await ben.call(PeopleState, "search", "room 0")
    found = ben.state(PeopleState).places
    assert "Room 03" not in [place.name for place in found]
    assert leads_to(await ben.call(PeopleState, "join", found[0].id)) == f"/?room={found[0].id}"
    await ben.call(PeopleState, "join", "nothing")
    assert "no such room" in ben.state(PeopleState).trouble
    await ben.call(PeopleState, "open", "nobody")
    assert "nobody with this id" in ben.state(PeopleState).trouble
    # The dialog closes only when something was opened.
    assert ben.state(PeopleState).opened == 1


async def test_a_private_room_cannot_be_joined_by_its_id(ann: Page, ben: Page) -> None:
    room = await make(ann)
    assert await ben.call(BrowseState, "join", room) is None
    assert "no such room" in ben.state(BrowseState).trouble


async def test_members_come_with_what_may_be_done_to_them(
    ann: Page, ben: Page, people: People, installed: Services
) -> None:
    room = await make(ann)
    users = {name: (await people(name)).user for name in ("ann", "ben", "cleo")}
    for name in ("ben", "cleo"):
        await installed.groups.add_member(await people("ann"), room, users[name].id)
    await installed.groups.set_role(await people("ann"), room, users["ben"].id, Role.ADMIN)

    await ann.call(MembersState, "look", room)
    state = ann.state(MembersState)
    assert [(member.name, member.role) for member in state.members] == [
        ("ann", "owner"),
        ("ben", "admin"),
        ("cleo", "member"),
    ]
    own, admin, member = state.members
    assert not own.manageable
    assert (admin.can_demote, admin.can_promote, admin.can_hand_over, admin.can_remove) == (True, False, True, True)
    assert (member.can_demote, member.can_promote) == (False, True)
    assert (state.may.archive, state.may.publish, state.may.invite) == (True, True, True)

    await ben.call(MembersState, "look", room)
    state = ben.state(MembersState)
    assert [member.can_remove for member in state.members] == [False, False, True]
    assert not any(member.can_promote or member.can_hand_over for member in state.members)
    assert (state.may.archive, state.may.publish, state.may.add) == (False, False, True)

    # What is not offered is refused all the same.
    await ben.call(MembersState, "set_role", room, users["cleo"].id, "admin")
    assert "does not allow" in state.trouble
    await ben.call(MembersState, "remove", room, users["ann"].id)
    assert "does not allow" in state.trouble
    assert state.done == 0


async def test_more_members_are_shown_as_long_as_there_are_more(ann: Page, people: People, installed: Services) -> None:
    room = await make(ann)
    crowd = [User(new_id(), f"person{number:02}", f"person{number:02}", now()) for number in range(30)]
    for user in crowd:
        await installed.store.users.add(user)
        await installed.store.members.add(Member(room, user.id, Role.MEMBER, now()))
    await ann.call(MembersState, "look", room)
    state = ann.state(MembersState)
    assert (len(state.members), state.count, state.more) == (20, 31, True)
    await ann.call(MembersState, "further", room)
    assert [member.name for member in state.members] == ["ann", *(user.username for user in crowd)]
    assert not state.more
    # Who is found and in the room already is marked, however many there are.
    await people("person")
    await ann.call(MembersState, "search", "person")
    assert len(state.found) == 20
    assert set(state.added) == {person.id for person in state.found} - {(await people("person")).user.id}


async def test_a_room_that_is_not_ones_own_is_not_shown(ann: Page, ben: Page) -> None:
    room = await make(ann)
    await ben.call(MembersState, "look", room)
    state = ben.state(MembersState)
    assert (state.room, state.members, state.count) == ("", [], 0)
    await ben.call(InvitesState, "look", room)
    assert ben.state(InvitesState).invites == []


async def test_an_own_setting_is_stored(ann: Page, people: People, installed: Services) -> None:
    room = await make(ann)
    await ann.call(RoomState, "set_pinned", room, True)
    await ann.call(RoomState, "set_muted", room, True)
    await ann.call(RoomState, "set_notify", room, "mentions")
    wire = await installed.rooms.one(await people("ann"), room)
    assert (wire["pinned"], wire["muted"], wire["notify"]) == (True, True, "mentions")


async def test_an_owner_is_told_why_leaving_is_not_possible(ann: Page, people: People, installed: Services) -> None:
    room = await make(ann)
    await installed.groups.add_member(await people("ann"), room, (await people("ben")).user.id)
    assert await ann.call(RoomState, "leave", room) is None
    assert "Hand the room over" in ann.state(RoomState).trouble


async def test_links_are_made_listed_and_ended(ann: Page) -> None:
    room = await make(ann)
    await ann.call(InvitesState, "make", {"invite_room": room, "invite_days": "7", "invite_uses": "1"})
    await ann.call(InvitesState, "make", {"invite_room": room, "invite_days": "never", "invite_uses": "any"})
    state = ann.state(InvitesState)
    assert {invite.words for invite in state.invites} >= {"For any number of people, without an end"}
    assert len(state.invites) == 2
    await ann.call(InvitesState, "make", {"invite_room": room, "invite_days": "9999", "invite_uses": "1"})
    assert set(state.errors) == {"days"}
    for invite in list(state.invites):
        await ann.call(InvitesState, "revoke", room, invite.code)
    assert state.invites == []


async def test_the_first_link_brings_its_room_with_it(ann: Page, people: People, installed: Services) -> None:
    event = await ann.call(InvitesState, "begin")
    room = leads_to(event).removeprefix("/?room=").removesuffix("&show=invite")
    assert (await installed.rooms.one(await people("ann"), room))["name"] == "ann's room"
    # The second time it is the same room and the same link.
    assert leads_to(await ann.call(InvitesState, "begin")) == leads_to(event)
    assert len(await installed.invites.list(await people("ann"), room)) == 1


async def test_the_page_of_an_invite_shows_the_room_to_a_newcomer_and_nothing_to_others(
    ann: Page, ben: Page, people: People, installed: Services
) -> None:
    room = await make(ann, new_topic="Tools")
    invite = await installed.invites.create(await people("ann"), room, uses=1)
    page = Page(address=join_link(invite.id))
    assert await page.call(JoinState, "arrive") is None
    state = page.state(JoinState)
    assert (state.name, state.topic, state.people, state.signed_in) == ("Workshop", "Tools", "1 person", False)
    assert quote(join_link(invite.id), safe="") in state.sign_up_page

    known = Page(await people.token("ann"), join_link(invite.id))
    assert leads_to(await known.call(JoinState, "arrive")) == f"/?room={room}"
    guessed = Page(address=join_link("guessed"))
    await guessed.call(JoinState, "arrive")
    assert (guessed.state(JoinState).name, guessed.state(JoinState).looked) == ("", True)
    assert "not valid" in guessed.state(JoinState).trouble

    newcomer = Page(await people.token("ben"), join_link(invite.id))
    await newcomer.call(JoinState, "arrive")
    assert leads_to(await newcomer.call(JoinState, "accept")) == f"/?room={room}"
    used = Page(address=join_link(invite.id))
    await used.call(JoinState, "arrive")
    assert used.state(JoinState).name == ""


async def test_signing_up_with_an_invite_is_the_way_in(ann: Page, people: People, installed: Services) -> None:
    room = await make(ann)
    invite = await installed.invites.create(await people("ann"), room)
    page = Page(address=f"/signup?next={quote(join_link(invite.id), safe='')}")
    form = {"username": "eve", "email": "eve@example.org", "password": PASSWORD}
    # The page has not said yet which room it is about: then nobody is let in without asking.
    await page.call(DoorState, "sign_up", {**form, "username": "fay", "email": "fay@example.org"})
    assert page.state(DoorState).landing == ""
    await page.call(DoorState, "arrive")
    assert page.state(DoorState).invited_to == "Workshop"
    await page.call(DoorState, "sign_up", form)
    assert page.state(DoorState).landing == f"/?room={room}"
    assert page.state(DoorState).ticket
    names = {member["user"]["username"] for member in await installed.rooms.members(await people("ann"), room)}
    assert names == {"ann", "eve"}


@pytest.mark.parametrize("next_", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)"])
async def test_the_door_leads_nowhere_else(installed: Services, people: People, next_: str) -> None:
    page = Page(await people.token("ann"), f"/login?next={quote(next_, safe='')}")
    assert leads_to(await page.call(DoorState, "arrive")) == "/"
    inside = Page(await people.token("ann"), f"/login?next={quote('/?room=x', safe='')}")
    assert leads_to(await inside.call(DoorState, "arrive")) == "/?room=x"
