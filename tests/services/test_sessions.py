import pytest

from chatbeside.domain.errors import NotFound, NotSignedIn
from chatbeside.domain.ids import new_id
from chatbeside.services.container import Services
from chatbeside.services.events import SessionEnded
from chatbeside.settings import Settings
from tests.conftest import PASSWORD, ManualClock, People, Recorder


async def test_the_asking_session_first_then_those_seen_last(
    services: Services, people: People, clock: ManualClock
) -> None:
    ann = await people("ann")
    clock.advance(100)
    phone = await services.accounts.log_in("ann", PASSWORD)
    clock.advance(100)
    tablet = await services.accounts.log_in("ann", PASSWORD)
    await people("ben")
    clock.advance(100)
    await services.accounts.authenticate(phone.token)
    assert [each.id for each in await services.sessions.mine(ann)] == [
        ann.session.id,
        phone.session.id,
        tablet.session.id,
    ]


async def test_expired_sessions_are_not_shown(
    services: Services, people: People, settings: Settings, clock: ManualClock
) -> None:
    ann = await people("ann")
    clock.advance(settings.session_days * 24 * 3600)
    later = await services.accounts.log_in("ann", PASSWORD)
    assert [each.id for each in await services.sessions.mine(ann)] == [later.session.id]
    assert await services.sessions.end_all(ann.user.id, keep=later.session.id) == 0


async def test_ending_one_session(services: Services, people: People, publisher: Recorder) -> None:
    ann = await people("ann")
    phone = await services.accounts.log_in("ann", PASSWORD)
    publisher.take()
    await services.sessions.revoke(ann, phone.session.id)
    assert publisher.take() == [SessionEnded(phone.session.id, ann.user.id, "revoked")]
    with pytest.raises(NotSignedIn):
        await services.accounts.authenticate(phone.token)
    await services.accounts.authenticate(await people.token("ann"))
    with pytest.raises(NotFound):
        await services.sessions.revoke(ann, phone.session.id)


async def test_nobody_ends_the_session_of_somebody_else(services: Services, people: People) -> None:
    ann, ben = await people("ann"), await people("ben")
    for session_id in (ben.session.id, new_id(), "", "\0"):
        with pytest.raises(NotFound) as caught:
            await services.sessions.revoke(ann, session_id)
        assert caught.value.message == "This log-in has ended already."
    await services.accounts.authenticate(await people.token("ben"))


async def test_ending_all_others(services: Services, people: People, publisher: Recorder) -> None:
    ann = await people("ann")
    others = {(await services.accounts.log_in("ann", PASSWORD)).session.id for _ in range(3)}
    publisher.take()
    assert await services.sessions.revoke_others(ann) == 3
    assert {event.session_id for event in publisher.take() if isinstance(event, SessionEnded)} == others
    assert [each.id for each in await services.sessions.mine(ann)] == [ann.session.id]
    assert await services.sessions.revoke_others(ann) == 0
