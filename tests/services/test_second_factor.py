import asyncio
import json
import xml.etree.ElementTree as ET

import pyotp
import pytest

from chatbeside.domain.errors import CodeNeeded, Conflict, InvalidInput, NotAllowed, NotFound, NotSignedIn, TooMany
from chatbeside.domain.ids import new_id
from chatbeside.services.container import Services
from chatbeside.services.principal import Principal
from tests.conftest import PASSWORD, ManualClock, People


class App:
    """An authenticator app."""

    def __init__(self, secret: str, clock: ManualClock) -> None:
        self._totp, self._clock = pyotp.TOTP(secret), clock

    def code(self, steps: int = 0) -> str:
        return self._totp.at(self._clock(), counter_offset=steps)


@pytest.fixture
async def ann(people: People) -> Principal:
    return await people("ann")


@pytest.fixture
async def app(services: Services, ann: Principal, clock: ManualClock) -> App:
    """Ann's app, set up; the code that did that was used a while ago."""
    app = App((await services.factors.begin(ann, PASSWORD)).secret, clock)
    await services.factors.confirm(ann, app.code())
    clock.advance(90)
    return app


async def first_step(services: Services) -> str:
    with pytest.raises(CodeNeeded) as caught:
        await services.accounts.log_in("ann", PASSWORD)
    return caught.value.ticket


async def test_it_counts_once_it_is_confirmed(services: Services, ann: Principal, clock: ManualClock) -> None:
    with pytest.raises(InvalidInput):
        await services.factors.begin(ann, "wrong password")
    app = App((await services.factors.begin(ann, PASSWORD)).secret, clock)
    assert not (await services.factors.state(ann.user.id)).on
    await services.accounts.log_in("ann", PASSWORD)
    with pytest.raises(InvalidInput) as caught:
        await services.factors.confirm(ann, "000000")
    assert set(caught.value.fields) == {"code"}
    codes = await services.factors.confirm(ann, app.code())
    assert len(set(codes)) == 10
    state = await services.factors.state(ann.user.id)
    assert (state.on, state.codes_left) == (True, 10)
    for again in (services.factors.begin(ann, PASSWORD), services.factors.confirm(ann, app.code(1))):
        with pytest.raises(Conflict):
            await again
    with pytest.raises(NotFound):
        await services.factors.beginning(ann)


async def test_two_steps(services: Services, app: App) -> None:
    ticket = await first_step(services)
    with pytest.raises(InvalidInput):
        await services.accounts.log_in_code(ticket, "000000")
    signed_in = await services.accounts.log_in_code(ticket, f" {app.code()[:3]} {app.code()[3:]} ")
    assert (await services.accounts.authenticate(signed_in.token)).user.username == "ann"


async def test_a_ticket_of_the_first_step_is_no_session(services: Services, app: App) -> None:
    ticket = await first_step(services)
    for use in (services.accounts.authenticate, services.accounts.redeem_ticket):
        with pytest.raises(NotSignedIn):
            await use(ticket)


async def test_a_code_counts_once(services: Services, app: App, clock: ManualClock) -> None:
    ticket, code = await first_step(services), app.code()
    results = await asyncio.gather(
        *(services.accounts.log_in_code(ticket, code) for _ in range(4)), return_exceptions=True
    )
    assert sum(not isinstance(result, Exception) for result in results) == 1
    for steps in (-1, 0):
        with pytest.raises(InvalidInput):
            await services.accounts.log_in_code(ticket, app.code(steps))
    clock.advance(30)
    await services.accounts.log_in_code(ticket, app.code())


async def test_clocks_may_differ_by_a_step(services: Services, app: App, clock: ManualClock) -> None:
    ticket = await first_step(services)
    for steps in (-2, 2):
        with pytest.raises(InvalidInput):
            await services.accounts.log_in_code(ticket, app.code(steps))
    await services.accounts.log_in_code(ticket, app.code(-1))
    await services.accounts.log_in_code(ticket, app.code(1))


async def test_a_clock_that_was_set_back_locks_nobody_out(services: Services, app: App, clock: ManualClock) -> None:
    clock.advance(24 * 3600)
    await services.accounts.log_in_code(await first_step(services), app.code())
    clock.advance(-24 * 3600)
    ticket, code = await first_step(services), app.code()
    await services.accounts.log_in_code(ticket, code)
    with pytest.raises(InvalidInput):
        await services.accounts.log_in_code(ticket, code)


async def test_recovery_codes_work_once_each(services: Services, ann: Principal, app: App) -> None:
    first, second, third, *_ = codes = await services.factors.renew_codes(ann, PASSWORD, app.code())
    assert len(codes) == 10
    ticket = await first_step(services)
    await services.accounts.log_in_code(ticket, f" {first.upper().replace('-', ' ')} ")
    with pytest.raises(InvalidInput):
        await services.accounts.log_in_code(ticket, first)
    assert (await services.factors.state(ann.user.id)).codes_left == 9
    with pytest.raises(InvalidInput):
        await services.factors.renew_codes(ann, PASSWORD, first)
    await services.factors.renew_codes(ann, PASSWORD, third)
    with pytest.raises(InvalidInput):
        await services.accounts.log_in_code(ticket, second)


async def test_guessing_codes_is_slowed_down(services: Services, app: App, clock: ManualClock) -> None:
    ticket = await first_step(services)
    for _ in range(10):
        with pytest.raises(InvalidInput):
            await services.accounts.log_in_code(ticket, "000000")
    with pytest.raises(TooMany):
        await services.accounts.log_in_code(ticket, app.code())
    clock.advance(600)
    await services.accounts.log_in_code(await first_step(services), app.code())


async def test_the_ticket_ends_with_time_and_with_the_password(
    services: Services, ann: Principal, app: App, clock: ManualClock
) -> None:
    ticket = await first_step(services)
    await services.own_account.change_password(ann, PASSWORD, "another horse battery")
    with pytest.raises(NotSignedIn):
        await services.accounts.log_in_code(ticket, app.code())
    await services.own_account.change_password(ann, "another horse battery", PASSWORD)
    late = await first_step(services)
    clock.advance(300)
    with pytest.raises(NotSignedIn):
        await services.accounts.log_in_code(late, app.code())


async def test_a_copy_of_the_database_passes_no_second_step(
    services: Services, ann: Principal, clock: ManualClock
) -> None:
    secret = (await services.factors.begin(ann, PASSWORD)).secret
    codes = await services.factors.confirm(ann, App(secret, clock).code())
    kept = json.dumps([record async for batch in services.store.dump("factors") for record in batch])
    assert secret not in kept
    assert all(code not in kept and code.replace("-", "") not in kept for code in codes)


async def test_turning_it_off_asks_for_the_password_and_a_code(services: Services, ann: Principal, app: App) -> None:
    for password, code in (("wrong password", app.code()), (PASSWORD, ""), (PASSWORD, "000000")):
        with pytest.raises(InvalidInput):
            await services.factors.turn_off(ann, password, code)
    await first_step(services)
    await services.factors.turn_off(ann, PASSWORD, app.code())
    await services.accounts.log_in("ann", PASSWORD)


async def test_an_administrator_turns_it_off_for_who_lost_it(
    services: Services, people: People, clock: ManualClock
) -> None:
    boss, ben = await people("ann"), await people("ben")
    app = App((await services.factors.begin(ben, PASSWORD)).secret, clock)
    await services.factors.confirm(ben, app.code())
    with pytest.raises(NotAllowed):
        await services.factors.turn_off_for(ben, ben.user.id)
    for nobody in (boss.user.id, new_id(), "x"):
        with pytest.raises(NotFound):
            await services.factors.turn_off_for(boss, nobody)
    await services.factors.turn_off_for(boss, ben.user.id)
    await services.accounts.log_in("ben", PASSWORD)


async def test_the_picture_is_a_drawing_and_nothing_else(services: Services, ann: Principal) -> None:
    made = await services.factors.begin(ann, PASSWORD)
    assert made.address.startswith("otpauth://totp/chatbeside:ann?")
    assert (await services.factors.beginning(ann)) == made
    root = ET.fromstring(made.picture())
    assert root.tag.endswith("}svg")
    assert {element.tag.split("}")[1] for element in root.iter()} == {"svg", "g", "path"}
