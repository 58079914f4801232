import io
import json
import zipfile

import pyotp
import pytest

from chatbeside.domain.avatars import file_of
from chatbeside.domain.errors import Conflict, InvalidInput, NotFound, NotSignedIn, TooMany
from chatbeside.domain.models import Role
from chatbeside.domain.proofs import Identity
from chatbeside.services.container import Services
from chatbeside.services.events import AccountChanged, SessionEnded
from chatbeside.services.held_names import NAME_HELD
from tests.conftest import PASSWORD, ManualClock, People, Recorder
from tests.services.files_kit import picture, pieces, upload


async def test_what_is_left_of_a_deleted_account(
    services: Services, people: People, publisher: Recorder, clock: ManualClock
) -> None:
    await people("boss")
    ann, ben = await people("ann"), await people("ben")
    room = await services.rooms.open_direct(ann, ben.user.id)
    await services.messages.send(ann, room.id, "hello", client_id="c1")
    await services.store.identities.add(Identity("https://a.org", "1", ann.user.id, clock()))
    publisher.take()
    with pytest.raises(InvalidInput):
        await services.leaving.delete(ann, "wrong password")
    await services.leaving.delete(ann, PASSWORD)
    left = await services.store.users.get(ann.user.id)
    assert left is not None and left.deleted
    users = [user async for batch in services.store.dump("users") for user in batch if user["id"] == ann.user.id]
    held = [each async for batch in services.store.dump("onetimes") for each in batch]
    assert (len(users), len(held)) == (1, 1)
    assert "ann" not in json.dumps([users, held])
    assert await services.store.identities.of_user(ann.user.id) == []
    assert publisher.take() == [SessionEnded(ann.session.id, ann.user.id, "closed"), AccountChanged(ann.user.id)]
    for who in ("ann", "ann@example.org", left.username):
        with pytest.raises(NotSignedIn):
            await services.accounts.log_in(who, PASSWORD)
    # What was said stays, and its writer has a name that says why there is none.
    (message,) = await services.store.messages.page(room.id, limit=9)
    assert message.content == "hello"
    assert (await services.people.get(ben, ann.user.id)).display_name == "Deleted account"
    boss = await people("boss")
    with pytest.raises(NotFound):
        await services.administration.set_active(boss, ann.user.id, active=True)


async def test_the_name_is_nobodys_for_a_while(services: Services, people: People, clock: ManualClock) -> None:
    await people("boss")
    for _ in range(2):
        signed_in = await services.accounts.sign_up("Ann", "ann@example.org", PASSWORD)
        principal = await services.accounts.authenticate(signed_in.token)
        await services.leaving.delete(principal, PASSWORD)
        with pytest.raises(Conflict) as caught:
            await services.accounts.sign_up("ANN", "other@example.org", PASSWORD)
        assert set(caught.value.fields) == {"username"}
        clock.advance(NAME_HELD.total_seconds() + 1)
    await services.accounts.sign_up("ann", "ann@example.org", PASSWORD)


async def test_rooms_find_another_owner(services: Services, people: People, clock: ManualClock) -> None:
    boss, ann, ben, cleo = [await people(name) for name in ("boss", "ann", "ben", "cleo")]
    shared = await services.groups.create(ann, name="Garden")
    for person, role in ((boss, Role.MEMBER), (ben, Role.MEMBER), (cleo, Role.ADMIN)):
        clock.advance(1)
        await services.groups.add_member(ann, shared.id, person.user.id, role)
    members_only = await services.groups.create(ann, name="Kitchen")
    for person in (ben, boss):
        clock.advance(1)
        await services.groups.add_member(ann, members_only.id, person.user.id)
    alone = await services.groups.create(ann, name="Attic")
    await services.leaving.delete(ann, PASSWORD)

    async def roles(room_id: str) -> dict[str, str]:
        return {member.user_id: member.role.value for member in await services.store.members.of_room(room_id)}

    assert await roles(shared.id) == {cleo.user.id: "owner", boss.user.id: "member", ben.user.id: "member"}
    assert await roles(members_only.id) == {ben.user.id: "owner", boss.user.id: "member"}
    assert await roles(alone.id) == {}
    archived = await services.store.rooms.get(alone.id)
    assert archived is not None and archived.archived_at


async def test_messages_and_files_go_when_that_is_wanted(services: Services, people: People) -> None:
    await people("boss")
    ann, ben = await people("ann"), await people("ben")
    room = await services.rooms.open_direct(ann, ben.user.id)
    file = await upload(services, ann, "plan.txt", b"secret plan")
    await services.messages.send(ann, room.id, "mine", client_id="c1", attachments=[file.id])
    await services.messages.send(ben, room.id, "not mine", client_id="c2")
    await services.leaving.delete(ann, PASSWORD, messages=True)
    first, second = await services.store.messages.page(room.id, limit=9)
    assert (first.content, first.attachments) == ("", ())
    assert first.deleted_at
    assert second.content == "not mine"
    assert await services.store.files.get(file.id) is None


async def test_the_picture_goes(services: Services, people: People) -> None:
    await people("boss")
    ann = await people("ann")
    user = await services.avatars.set_own(ann, pieces(picture()))
    kept = file_of(user.avatar)
    assert await services.store.files.get(kept)
    ann = await services.accounts.authenticate((await services.accounts.log_in("ann", PASSWORD)).token)
    await services.leaving.delete(ann, PASSWORD)
    assert await services.store.files.get(kept) is None


async def test_the_only_administrator_stays_while_others_are_here(services: Services, people: People) -> None:
    ann, ben = await people("ann"), await people("ben")
    with pytest.raises(Conflict, match="only administrator"):
        await services.leaving.delete(ann, PASSWORD)
    await services.administration.set_administrator(ann, ben.user.id, on=True)
    await services.leaving.delete(ann, PASSWORD)
    again = await services.accounts.authenticate(await people.token("ben"))
    await services.leaving.delete(again, PASSWORD)  # nobody else is left


async def test_the_second_step_is_asked_for(services: Services, people: People, clock: ManualClock) -> None:
    await people("boss")
    ann = await people("ann")
    app = pyotp.TOTP((await services.factors.begin(ann, PASSWORD)).secret)
    await services.factors.confirm(ann, app.at(clock()))
    clock.advance(60)
    with pytest.raises(InvalidInput) as caught:
        await services.leaving.delete(ann, PASSWORD)
    assert set(caught.value.fields) == {"code"}
    await services.leaving.delete(ann, PASSWORD, code=app.at(clock()))
    assert await services.store.factors.get(ann.user.id) is None


async def archive_of(services: Services, people: People, name: str) -> zipfile.ZipFile:
    pieces = [piece async for piece in await services.takeout.begin(await people(name))]
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert archive.testzip() is None
    return archive


async def test_everything_of_mine_is_in_one_archive(services: Services, people: People) -> None:
    ann, ben = await people("ann"), await people("ben")
    direct = await services.rooms.open_direct(ann, ben.user.id)
    room = await services.groups.create(ann, name="Garden")
    content = bytes(range(256)) * 4000
    file = await upload(services, ann, "../../plan?.bin", content)
    await services.messages.send(ann, direct.id, "to ben 👋", client_id="c1", attachments=[file.id])
    await services.messages.send(ben, direct.id, "not ann's", client_id="c2")
    for number in range(450):  # more than a page
        await services.messages.send(ann, room.id, f"note {number}", client_id=f"n{number}")
    with await archive_of(services, people, "ann") as archive:
        profile = json.loads(archive.read("profile.json"))
        assert (profile["username"], profile["email"]) == ("ann", "ann@example.org")
        assert {each["name"] for each in json.loads(archive.read("rooms.json"))} == {"", "Garden"}
        assert len(json.loads(archive.read("devices.json"))) == 1
        lines = [json.loads(line) for line in archive.read("messages.jsonl").decode().splitlines()]
        said = [line["content"] for line in lines if line["messageType"] == "text"]
        assert sorted(said) == sorted(["to ben 👋", *(f"note {number}" for number in range(450))])
        assert "not ann's" not in archive.read("messages.jsonl").decode()
        (name,) = [name for name in archive.namelist() if name.startswith("files/")]
        assert name == f"files/{file.id}-plan_.bin"
        assert archive.read(name) == content
        assert "missing.txt" not in archive.namelist()
    with await archive_of(services, people, "ben") as archive:
        assert not [name for name in archive.namelist() if name.startswith("files/")]


async def test_one_archive_at_a_time(services: Services, people: People) -> None:
    ann = await people("ann")
    first = await services.takeout.begin(ann)
    with pytest.raises(TooMany):
        await services.takeout.begin(ann)
    assert await anext(first)
    with pytest.raises(TooMany):
        await services.takeout.begin(ann)
    await first.aclose()
    assert [piece async for piece in await services.takeout.begin(ann)]
