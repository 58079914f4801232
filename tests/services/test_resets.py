import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from chatbeside.domain.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn, TooMany, Unavailable
from chatbeside.domain.ids import new_id
from chatbeside.services.container import Services
from chatbeside.services.limits import Limits
from chatbeside.services.mail import MailServer, NotSent
from chatbeside.services.passwords import Passwords
from chatbeside.settings import Settings
from chatbeside.store.sqlite import SqliteStore
from tests.conftest import PASSWORD, ManualClock, People, Recorder
from tests.servers.mail import Inbox, mail_server

NEW = "another horse battery"
# The mail server of these tests is on this machine, and so is who logs in there.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with mail_server(user="chat", password="p@ss") as inbox:
        yield inbox


@pytest.fixture
async def mailing(
    tmp_path: Path, inbox: Inbox, clock: ManualClock, publisher: Recorder
) -> AsyncIterator[tuple[Services, People]]:
    settings = Settings(
        data=tmp_path / "mailing",
        assistant=False,
        smtp_url=f"smtp://chat:p%40ss@127.0.0.1:{inbox.port}",
        public_url="https://chat.example.org/",
    )
    cheap = Passwords(1, time_cost=1, memory_cost=64)
    limits = Limits(settings, clock.monotonic)
    services = Services.build(SqliteStore(tmp_path / "mailing.db"), settings, publisher, clock, cheap, limits=limits)
    await services.start()
    yield services, People(services)
    await services.stop()


def code_in(text: str) -> str:
    found = re.search(r"https://chat\.example\.org/reset\?code=([\w-]+)", text)
    assert found, text
    return found[1]


async def test_a_mail_leads_to_a_new_password(mailing: tuple[Services, People], inbox: Inbox) -> None:
    services, people = mailing
    await people("ann")
    await services.resets.ask("Ann@Example.org")
    await services.resets.idle()
    mail = inbox.take()
    assert (mail["To"], mail["From"]) == ("ann@example.org", "chatbeside@chat.example.org")
    code = code_in(mail.get_content())
    assert (await services.resets.look(code)).username == "ann"
    dumped = str([record async for batch in services.store.dump("onetimes") for record in batch])
    assert code not in dumped
    with pytest.raises(InvalidInput) as caught:
        await services.resets.redeem(code, "short")
    assert set(caught.value.fields) == {"password"}
    await services.resets.redeem(code, NEW)
    with pytest.raises(NotSignedIn):
        await services.accounts.authenticate(await people.token("ann"))
    await services.accounts.log_in("ann", NEW)
    with pytest.raises(NotFound):
        await services.resets.redeem(code, NEW)
    with pytest.raises(NotFound):
        await services.resets.look(code)


async def test_an_unknown_address_gets_the_same_answer_and_no_mail(
    mailing: tuple[Services, People], inbox: Inbox, clock: ManualClock
) -> None:
    services, people = mailing
    ann = await people("ann")
    await services.resets.ask("nobody@example.org")
    await services.store.users.update(ann.user.id, {"deactivated_at": clock()})
    await services.resets.ask("ann@example.org")
    await services.resets.idle()
    assert inbox.empty
    with pytest.raises(InvalidInput):
        await services.resets.ask("no address")


async def test_a_link_ends_after_an_hour(mailing: tuple[Services, People], inbox: Inbox, clock: ManualClock) -> None:
    services, people = mailing
    await people("ann")
    await services.resets.ask("ann@example.org")
    await services.resets.idle()
    code = code_in(inbox.take().get_content())
    clock.advance(3599)
    await services.resets.look(code)
    clock.advance(1)
    with pytest.raises(NotFound):
        await services.resets.redeem(code, NEW)


async def test_changing_the_password_or_the_address_voids_links(mailing: tuple[Services, People], inbox: Inbox) -> None:
    services, people = mailing
    ann = await people("ann")
    for change in (
        services.own_account.change_password(ann, PASSWORD, NEW),
        services.own_account.change(ann, email="b@example.org", password=NEW),
    ):
        await services.resets.ask("ann@example.org")
        await services.resets.idle()
        code = code_in(inbox.take().get_content())
        await change
        with pytest.raises(NotFound):
            await services.resets.look(code)


async def test_nobody_is_flooded_with_mail(mailing: tuple[Services, People], inbox: Inbox, clock: ManualClock) -> None:
    services, people = mailing
    await people("ann")
    for _ in range(3):
        await services.resets.ask("ann@example.org")
    with pytest.raises(TooMany):
        await services.resets.ask("ANN@example.org")
    clock.advance(3600)
    await services.resets.ask("ann@example.org")


async def test_without_a_mail_server_an_administrator_makes_a_link(
    services: Services, people: People, clock: ManualClock
) -> None:
    ann, ben = await people("ann"), await people("ben")
    with pytest.raises(Unavailable, match="sends no mail"):
        await services.resets.ask("ben@example.org")
    with pytest.raises(NotAllowed):
        await services.resets.make_link(ben, ann.user.id)
    with pytest.raises(NotFound):
        await services.resets.make_link(ann, new_id())
    old, _ = await services.resets.make_link(ann, ben.user.id)
    path, ends = await services.resets.make_link(ann, ben.user.id)
    assert (ends - clock()).total_seconds() == 24 * 3600
    old_code, code = (each.removeprefix("/reset?code=") for each in (old, path))
    with pytest.raises(NotFound):
        await services.resets.redeem(old_code, NEW)
    await services.resets.redeem(code, NEW)
    await services.accounts.log_in("ben", NEW)


@pytest.mark.parametrize("code", ["", "x", "x" * 10_000, "\ud800", "\0"])
async def test_forged_codes(services: Services, code: str) -> None:
    with pytest.raises(NotFound):
        await services.resets.redeem(code, NEW)


async def test_a_mail_server_that_does_not_answer_is_no_disaster(
    services: Services, people: People, caplog: pytest.LogCaptureFixture
) -> None:
    await people("ann")
    services.resets._mail = MailServer("127.0.0.1", 9, "a@example.org")
    await services.resets.ask("ann@example.org")
    await services.resets.idle()
    assert "could not be sent" in caplog.text
    assert "ann@" not in caplog.text


async def test_a_wrong_password_at_the_mail_server(inbox: Inbox) -> None:
    with pytest.raises(NotSent, match="SMTPAuthenticationError"):
        await MailServer("127.0.0.1", inbox.port, "a@example.org", "chat", "wrong").send("b@example.org", "s", "t")


@pytest.mark.parametrize(
    ("given", "server"),
    [
        ({}, None),
        (
            {"smtp_url": "smtp://u:p@mail.example.org"},
            MailServer("mail.example.org", 587, "chatbeside@localhost", "u", "p"),
        ),
        (
            {"smtp_url": "smtps://mail.example.org", "smtp_from": "chat@example.org"},
            MailServer("mail.example.org", 465, "chat@example.org", tls=True),
        ),
        (
            {"smtp_host": "mail.example.org", "smtp_port": 25, "smtp_user": "u", "smtp_password": "p"},
            MailServer("mail.example.org", 25, "chatbeside@localhost", "u", "p"),
        ),
        (
            {"smtp_host": "mail.example.org", "smtp_port": 465},
            MailServer("mail.example.org", 465, "chatbeside@localhost", tls=True),
        ),
    ],
)
def test_settings_of_the_mail_server(given: dict, server: MailServer | None) -> None:
    assert MailServer.of(Settings(**given)) == server


@pytest.mark.parametrize("url", ["mail.example.org", "http://mail.example.org", "smtp://"])
def test_addresses_that_are_no_mail_server(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL"):
        MailServer.of(Settings(smtp_url=url))
