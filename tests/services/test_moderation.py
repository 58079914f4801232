"""Blocking, reporting, and what administrators do about it."""

import asyncio

import pytest

from chatbeside.domain.audit import AuditKind
from chatbeside.domain.calls import CallKind
from chatbeside.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, NotSignedIn, TooMany
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Role
from chatbeside.domain.moderation import ReportAction, ReportReason
from chatbeside.services.container import Services
from chatbeside.services.events import BlocksChanged, SessionEnded
from tests.conftest import PASSWORD, People, Recorder


async def test_who_is_blocked_cannot_write_or_call(services: Services, people: People, publisher: Recorder) -> None:
    ann, ben = await people("ann"), await people("ben")
    room = await services.rooms.open_direct(ben, ann.user.id)
    await services.messages.send(ben, room.id, "hello", client_id="1")
    publisher.take()
    await services.blocks.block(ann, ben.user.id)
    await services.blocks.block(ann, ben.user.id)
    assert publisher.take() == [BlocksChanged(ann.user.id)]  # nobody else is told, and once is enough
    assert [user.username for user in await services.blocks.mine(ann)] == ["ben"]
    assert await services.blocks.mine(ben) == []
    with pytest.raises(NotAllowed, match="does not take messages"):
        await services.messages.send(ben, room.id, "hello?", client_id="2")
    with pytest.raises(NotAllowed, match="does not take messages"):
        await services.calls.begin(ben, kind=CallKind.AUDIO, device="b1", receiver="ann")
    # Nor by what is there already.
    (message,) = await services.store.messages.page(room.id, limit=9)
    with pytest.raises(NotAllowed, match="does not take messages"):
        await services.changes.edit(ben, message.id, "hello all the same")
    with pytest.raises(NotAllowed, match="does not take messages"):
        await services.changes.react(ben, message.id, "\N{ANGRY FACE}", on=True)
    with pytest.raises(NotAllowed, match="does not take messages"):
        await services.changes.pin(ben, message.id, on=True)
    with pytest.raises(NotAllowed, match="You have blocked"):
        await services.messages.send(ann, room.id, "and I", client_id="3")
    with pytest.raises(NotAllowed, match="You have blocked"):
        await services.calls.begin(ann, kind=CallKind.AUDIO, device="a1", receiver="ben")
    await services.blocks.unblock(ann, ben.user.id)
    await services.messages.send(ben, room.id, "hello again", client_id="4")
    await services.changes.edit(ben, message.id, "hello, Ann")


async def test_who_is_blocked_brings_nobody_into_a_room_against_their_will(services: Services, people: People) -> None:
    ann, ben, cleo = [await people(name) for name in ("ann", "ben", "cleo")]
    await services.blocks.block(ann, ben.user.id)
    shared = await services.groups.create(cleo, "Shared", members=[ann.user.id, ben.user.id])
    room = await services.groups.create(ben, "Rude words")
    with pytest.raises(NotAllowed, match="You cannot bring in ann"):
        await services.groups.add_member(ben, room.id, ann.user.id)
    with pytest.raises(NotAllowed, match="You cannot bring in ann"):
        await services.groups.create(ben, "Rude words", members=[cleo.user.id, ann.user.id])
    assert [room["name"] for room in await services.rooms.list(ann)] == ["Shared"]
    # Being in it already changes nothing, and it is theirs to come by themselves, and to bring the other one.
    await services.groups.set_role(cleo, shared.id, ben.user.id, Role.ADMIN)
    await services.groups.add_member(ben, shared.id, ann.user.id)
    invite = await services.invites.create(ben, room.id)
    await services.invites.accept(ann, invite.id)
    await services.groups.create(ann, "By Ann", members=[ben.user.id])


async def test_shared_rooms_go_on(services: Services, people: People) -> None:
    ann, ben = await people("ann"), await people("ben")
    room = await services.groups.create(ann, "Garden", members=[ben.user.id])
    await services.blocks.block(ann, ben.user.id)
    await services.messages.send(ben, room.id, "hello", client_id="1")
    notes = await services.rooms.open_direct(ben, ben.user.id)
    await services.messages.send(ben, notes.id, "to myself", client_id="2")


async def test_whom_one_cannot_block(services: Services, people: People) -> None:
    ann = await people("ann")
    with pytest.raises(InvalidInput):
        await services.blocks.block(ann, ann.user.id)
    with pytest.raises(NotFound):
        await services.blocks.block(ann, new_id())


async def test_a_report_copies_what_the_reporter_saw(services: Services, people: People) -> None:
    ann, ben, cleo = await people("ann"), await people("ben"), await people("cleo")
    room = await services.rooms.open_direct(ben, cleo.user.id)
    message, _, _ = await services.messages.send(cleo, room.id, "something bad", client_id="1")
    report = await services.reports.report(ben, reason=ReportReason.THREAT, words=" look ", message_id=message.id)
    await services.changes.edit(cleo, message.id, "something nice")
    (found,) = await services.reports.page(ann)
    assert found.report == report
    assert (report.copy, report.words, report.subject_id) == ("something bad", "look", cleo.user.id)
    assert (found.reporter, found.subject) == (ben.user, cleo.user)
    with pytest.raises(NotFound):  # still none of the administrator's business
        await services.access.message(ann, message.id)


async def test_what_cannot_be_reported(services: Services, people: People) -> None:
    ann, ben, cleo = await people("ann"), await people("ben"), await people("cleo")
    room = await services.rooms.open_direct(ann, ben.user.id)
    message, _, _ = await services.messages.send(ann, room.id, "hello", client_id="1")
    spam = ReportReason.SPAM
    with pytest.raises(InvalidInput, match="your own"):
        await services.reports.report(ann, reason=spam, message_id=message.id)
    with pytest.raises(NotFound):
        await services.reports.report(cleo, reason=spam, message_id=message.id)
    with pytest.raises(NotFound):
        await services.reports.report(cleo, reason=spam, user_id=new_id())
    with pytest.raises(InvalidInput):
        await services.reports.report(cleo, reason=spam)
    with pytest.raises(InvalidInput):
        await services.reports.report(cleo, reason=spam, user_id=ann.user.id, words="x" * 1001)
    assert await services.reports.page(ann) == []
    with pytest.raises(TooMany):
        for _ in range(100):
            await services.reports.report(cleo, reason=spam, user_id=ann.user.id)
    with pytest.raises(NotAllowed):
        await services.reports.page(ben)
    with pytest.raises(NotAllowed):
        await services.reports.close(ben, new_id(), ReportAction.DISMISS)


async def test_dealing_with_reports(services: Services, people: People) -> None:
    ann, ben, cleo = await people("ann"), await people("ben"), await people("cleo")
    room = await services.rooms.open_direct(ben, cleo.user.id)
    message, _, _ = await services.messages.send(cleo, room.id, "something bad", client_id="1")
    of_message = await services.reports.report(ben, reason=ReportReason.SPAM, message_id=message.id)
    of_person = await services.reports.report(ben, reason=ReportReason.HARASSMENT, user_id=cleo.user.id)
    with pytest.raises(InvalidInput):
        await services.reports.close(ann, of_person.id, ReportAction.REMOVE)
    removed = await services.reports.close(ann, of_message.id, ReportAction.REMOVE, "not nice")
    assert (removed.action, removed.note, removed.closed_by) == ("remove", "not nice", ann.user.id)
    gone = await services.store.messages.get(message.id)
    assert gone and gone.deleted_at and gone.content == ""
    await services.reports.close(ann, of_person.id, ReportAction.DEACTIVATE)
    with pytest.raises(NotSignedIn):
        await services.accounts.log_in("cleo", PASSWORD)
    with pytest.raises(Conflict):
        await services.reports.close(ann, of_person.id, ReportAction.DISMISS)
    assert await services.reports.page(ann) == []
    assert {each.report.id for each in await services.reports.page(ann, open=False)} == {of_message.id, of_person.id}
    kinds = [each.kind for each in await services.audit.page(ann, person=cleo.user.id)]
    assert {AuditKind.MESSAGE_REMOVED, AuditKind.REPORT_CLOSED, AuditKind.ACCOUNT_DEACTIVATED} <= set(kinds)


async def test_deactivating_ends_everything_and_reactivating_gives_it_back(
    services: Services, people: People, publisher: Recorder
) -> None:
    ann, ben = await people("ann"), await people("ben")
    publisher.take()
    assert (await services.administration.set_active(ann, ben.user.id, active=False)).deactivated_at
    assert SessionEnded(ben.session.id, ben.user.id, "revoked") in publisher.take()
    with pytest.raises(NotSignedIn):
        await services.accounts.authenticate(await people.token("ben"))
    assert [user.username for user in await services.administration.users(ann, "B")] == ["ben"]
    with pytest.raises(Conflict):
        await services.administration.set_administrator(ann, ben.user.id, on=True)
    await services.administration.set_active(ann, ben.user.id, active=True)
    assert (await services.accounts.log_in("ben", PASSWORD)).user.id == ben.user.id


async def test_one_administrator_always_remains(services: Services, people: People) -> None:
    ann, ben = await people("ann"), await people("ben")
    for refused in (
        services.administration.set_administrator(ann, ann.user.id, on=False),
        services.administration.set_active(ann, ann.user.id, active=False),
    ):
        with pytest.raises(Conflict, match="last administrator"):
            await refused
    await services.administration.set_administrator(ann, ben.user.id, on=True)
    # Both take it from each other at the same moment.
    results = await asyncio.gather(
        services.administration.set_administrator(ann, ben.user.id, on=False),
        services.administration.set_administrator(ann, ann.user.id, on=False),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Conflict) for result in results) == 1
    assert len(await services.store.users.administrators()) == 1


async def test_what_administrators_see(services: Services, people: People) -> None:
    ann, ben = await people("ann"), await people("ben")
    room = await services.groups.create(ben, "Secret garden", topic="roses")
    await services.messages.send(ben, room.id, "hello", client_id="1")
    (seen,) = await services.administration.rooms(ann)
    assert (seen.room.name, seen.members, seen.messages) == ("Secret garden", 1, 2)
    overview = await services.administration.overview(ann)
    assert (overview.measures.users, overview.measures.messages, overview.parts["store"]) == (2, 2, "SQLite")
    assert len(await services.store.sessions.of_user(ben.user.id)) == 1
    assert await services.administration.sign_out(ann, ben.user.id) == 1
    assert await services.store.sessions.of_user(ben.user.id) == []


async def test_others_see_nothing(services: Services, people: People) -> None:
    await people("ann")
    ben = await people("ben")
    administration = services.administration
    for refused in (
        administration.overview(ben),
        administration.users(ben),
        administration.rooms(ben),
        administration.set_active(ben, ben.user.id, active=False),
        administration.set_administrator(ben, ben.user.id, on=True),
        administration.sign_out(ben, ben.user.id),
    ):
        with pytest.raises(NotAllowed):
            await refused
