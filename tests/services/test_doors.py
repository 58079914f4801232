"""What every door checks: guards, cookies, origins, limits; and how pages reach the services."""

import pytest

from chatbeside.services import guard, runtime
from chatbeside.services.container import Services
from chatbeside.services.web import SESSION_COOKIE, origin_allowed, own_path, token_from_cookies
from chatbeside.settings import Settings


def test_marks() -> None:
    @guard.public("for the test")
    def open_to_all() -> None: ...

    @guard.signed_in
    def closed() -> None: ...

    def forgotten() -> None: ...

    assert guard.of(open_to_all) == guard.Guard(needs_session=False, why="for the test")
    assert guard.of(closed).needs_session
    with pytest.raises(guard.Unguarded, match="forgotten"):
        guard.of(forgotten)


def test_a_mark_that_is_not_ours_does_not_count() -> None:
    def forged() -> None: ...

    forged.__guard__ = True
    with pytest.raises(guard.Unguarded):
        guard.of(forged)


@pytest.mark.parametrize("why", ["", "  ", None, lambda: None])
def test_public_needs_a_reason(why: object) -> None:
    with pytest.raises(TypeError):
        guard.public(why)


@pytest.mark.parametrize(
    ("header", "token"),
    [
        (None, None),
        ("", None),
        (f"{SESSION_COOKIE}=abc.def-_", "abc.def-_"),
        (f'other="x; y"; {SESSION_COOKIE}=abc', "abc"),
        (f"bad[name]=1; a; =; {SESSION_COOKIE}=abc; late=1", "abc"),
        (f"x{SESSION_COOKIE}=abc", None),
        (f"{SESSION_COOKIE}=", None),
        ("other=1", None),
    ],
)
def test_the_token_in_a_cookie_header(header: str | None, token: str | None) -> None:
    assert token_from_cookies(header) == token


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True),
        ("http://chat.local:3000", True),
        ("https://chat.local:3000", True),
        ("https://chat.example.org", True),
        ("http://dev.example.org:5173", True),
        ("http://chat.local", False),
        ("http://chat.local:3000.evil.example", False),
        ("https://evil.example", False),
        ("null", False),
        ("", False),
        ("file://chat.local:3000", False),
    ],
)
def test_origins(origin: str | None, allowed: bool) -> None:
    settings = Settings(public_url="https://chat.example.org/", allowed_origins="http://dev.example.org:5173, ")
    assert origin_allowed(origin, "chat.local:3000", settings) is allowed
    assert not origin_allowed("http://", "", settings)


def test_pages_reach_the_services_once_they_are_installed(services: Services) -> None:
    runtime.install(None)
    with pytest.raises(RuntimeError, match="not started"):
        runtime.current()
    runtime.install(services)
    assert runtime.current() is services
    runtime.install(None)


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("/", "/"),
        ("/join?code=ab_c-1", "/join?code=ab_c-1"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/\n\\evil.example", "/"),
        ("/\x00/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_one_goes_on_to_a_path_of_this_site_only(wanted: str, path: str) -> None:
    assert own_path(wanted) == path
