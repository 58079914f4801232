"""The audit log: what is written down, what never is, and who may read it."""

import asyncio
import json
from datetime import timedelta

import pytest

from chatbeside.domain.audit import AuditEntry, AuditKind
from chatbeside.domain.errors import InvalidInput, NotAllowed, NotSignedIn
from chatbeside.domain.models import Role
from chatbeside.services.container import Services
from chatbeside.services.source import Source, coming_from
from chatbeside.store.interfaces import StoreUnavailable
from tests.conftest import PASSWORD, ManualClock, People

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def recorded(services: Services, **asked: object) -> list[AuditEntry]:
    """Return what was recorded, the oldest first."""
    return list(reversed(await services.store.audit.page(limit=200, **asked)))


async def test_sign_up_and_log_in_and_out(services: Services, people: People, clock: ManualClock) -> None:
    with coming_from(Source("192.0.2.7", FIREFOX)):
        ann = await people("ann")
        clock.advance(1)
        with pytest.raises(NotSignedIn):
            await services.accounts.log_in("ann", "not the password")
        clock.advance(1)
        await services.accounts.log_in("ann", PASSWORD)
        clock.advance(1)
        await services.accounts.log_out(ann)
    found = await recorded(services)
    assert [(each.kind, each.actor_id, each.subject_id) for each in found] == [
        (AuditKind.SIGNED_UP, ann.user.id, ann.user.id),
        (AuditKind.LOG_IN_FAILED, None, ann.user.id),
        (AuditKind.LOGGED_IN, ann.user.id, ann.user.id),
        (AuditKind.LOGGED_OUT, ann.user.id, ann.user.id),
    ]
    assert {(each.address, each.agent) for each in found} == {("192.0.2.7", "Firefox on Linux")}
    assert [each.at for each in found] == [clock.now - timedelta(seconds=3 - number) for number in range(4)]


async def test_what_was_typed_is_not_kept(services: Services, people: People) -> None:
    await people("ann")
    for name, password in (("my secret in the wrong field", "x"), ("ann", "another secret"), ("a@secret.org", "y")):
        with pytest.raises(NotSignedIn):
            await services.accounts.log_in(name, password)
    kept = json.dumps([[record async for batch in services.store.dump("audit") for record in batch]])
    assert kept.count(AuditKind.LOG_IN_FAILED.value) == 3
    assert "secret" not in kept
    assert PASSWORD not in kept


async def test_rights_invites_and_archiving(services: Services, people: People, clock: ManualClock) -> None:
    ann, ben, cleo = await people("ann"), await people("ben"), await people("cleo")
    room = await services.groups.create(ann, "Garden")
    steps = [
        lambda: services.groups.add_member(ann, room.id, ben.user.id),
        lambda: services.groups.set_role(ann, room.id, ben.user.id, Role.ADMIN),
        lambda: services.groups.update(ann, room.id, public=True),
        lambda: services.groups.remove_member(ann, room.id, ben.user.id),
    ]
    clock.advance(1)
    start = clock.now
    for step in steps:
        await step()
        clock.advance(1)
    invite = await services.invites.create(ann, room.id)
    clock.advance(1)
    await services.invites.accept(cleo, invite.id)
    clock.advance(1)
    await services.invites.revoke(ann, room.id, invite.id)
    clock.advance(1)
    await services.groups.update(ann, room.id, archived=True, name="Yard")
    found = [each for each in await recorded(services) if each.at >= start]
    assert [(each.kind, each.actor_id, each.subject_id, dict(each.data)) for each in found] == [
        (AuditKind.MEMBER_ADDED, ann.user.id, ben.user.id, {"role": "member"}),
        (AuditKind.ROLE_CHANGED, ann.user.id, ben.user.id, {"role": "admin"}),
        (AuditKind.ROOM_OPENED, ann.user.id, None, {}),
        (AuditKind.MEMBER_REMOVED, ann.user.id, ben.user.id, {}),
        (AuditKind.INVITE_MADE, ann.user.id, None, {}),
        (AuditKind.INVITE_USED, cleo.user.id, None, {}),
        (AuditKind.INVITE_REVOKED, ann.user.id, None, {}),
        (AuditKind.ROOM_ARCHIVED, ann.user.id, None, {}),
    ]
    assert {each.room_id for each in found} == {room.id}
    assert invite.id not in json.dumps([[record async for batch in services.store.dump("audit") for record in batch]])


async def test_only_administrators_read_it(services: Services, people: People) -> None:
    ann, ben = await people("ann"), await people("ben")
    with pytest.raises(NotAllowed):
        await services.audit.page(ben)
    assert [each.actor_id for each in await services.audit.page(ann, kind=AuditKind.SIGNED_UP, person=ben.user.id)] == [
        ben.user.id
    ]


@pytest.mark.parametrize("asked", [{"limit": 0}, {"limit": 201}, {"person": "ann"}, {"before": "{}"}])
async def test_what_is_asked_for_is_checked(services: Services, people: People, asked: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as caught:
        await services.audit.page(await people("ann"), **asked)
    assert list(caught.value.fields) == list(asked)


async def test_entries_end_after_the_time_that_was_set(services: Services, clock: ManualClock) -> None:
    await services.audit.record(AuditKind.LOGGED_IN)
    clock.advance(86_400 * services.settings.audit_days)
    await services.audit.record(AuditKind.LOGGED_OUT)
    assert await services.audit.sweep() == 0
    clock.advance(1)
    assert await services.audit.sweep() == 1
    assert [each.kind for each in await recorded(services)] == [AuditKind.LOGGED_OUT]


async def test_a_log_that_cannot_be_written_stops_nothing(
    services: Services, people: People, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(entry: AuditEntry) -> None:
        raise StoreUnavailable("full")

    monkeypatch.setattr(services.store.audit, "add", broken)
    assert (await people("ann")).user.username == "ann"
    assert "could not be written: signed up" in caplog.text


async def test_sources_do_not_mix(services: Services, people: People) -> None:
    async def fail(address: str) -> None:
        with coming_from(Source(address, "curl/8")), pytest.raises(NotSignedIn):
            await services.accounts.log_in(f"nobody{address}", "x")

    addresses = [f"192.0.2.{number}" for number in range(8)]
    await asyncio.gather(*(fail(address) for address in addresses))
    assert sorted(each.address for each in await recorded(services)) == addresses
