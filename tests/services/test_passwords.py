import asyncio

import pytest

from chatbeside.domain.errors import TooMany
from chatbeside.services.passwords import Passwords, password_problem


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("short", "at least 8"),
        ("x1y2z3" * 22, "at most 128"),
        ("password", "Too many people"),
        ("PassWord1", "Too many people"),
        ("12345678", "Too many people"),
        ("abcdefghijk", "Too many people"),
        ("zyxwvutsrq", "Too many people"),
        ("aaaaaaaaaa", "Too many people"),
        ("abababababab", "Too many people"),
        ("annabelle-77", "your name"),
        ("77Annabelle77", "your name"),
        ("lee.anna.home", "your name or address"),
        ("tab\tin a password", "can be typed"),
        ("half a pair \ud800", "can be typed"),
    ],
)
def test_bad_passwords_are_explained(password: str, problem: str) -> None:
    told = password_problem(password, username="annabelle", email="lee.anna@example.org")
    assert told is not None
    assert problem in told


@pytest.mark.parametrize("password", ["correct horse", "12345679x!", "пароль не простой", "x1" + "y2z3" * 31])
def test_good_passwords(password: str) -> None:
    assert password_problem(password, username="ann", email="ann@example.org") is None


def test_a_very_short_name_does_not_rule_out_words_that_hold_it() -> None:
    assert password_problem("banner of hope", username="ann", email="an@example.org") is None


@pytest.fixture
def passwords():
    passwords = Passwords(1, time_cost=1, memory_cost=64)
    yield passwords
    passwords.close()


async def test_hashes_are_argon2id_salted_and_verify(passwords: Passwords) -> None:
    first, second = await passwords.hash("correct horse"), await passwords.hash("correct horse")
    assert first.startswith("$argon2id$")
    assert first != second
    assert await passwords.verify("correct horse", first) == (True, None)
    assert await passwords.verify("correct horsf", first) == (False, None)


async def test_nothing_is_cut_off(passwords: Passwords) -> None:
    stored = await passwords.hash("a" * 127 + "b")
    assert await passwords.verify("a" * 127 + "c", stored) == (False, None)
    assert await passwords.verify("a" * 127 + "b" + "c", stored) == (False, None)


async def test_the_same_letters_from_another_keyboard_are_the_same_password(passwords: Passwords) -> None:
    stored = await passwords.hash("cafe\u0301 au lait")
    assert (await passwords.verify("caf\u00e9 au lait", stored))[0]


async def test_without_an_account_nothing_is_right_not_even_the_decoy(passwords: Passwords) -> None:
    assert await passwords.verify("correct horse", None) == (False, None)
    assert await passwords.verify("a decoy for accounts that are not there", None) == (False, None)


@pytest.mark.parametrize("password", ["", "\ud800", "x" * 100_000, "a\0b"])
async def test_what_cannot_be_a_password_is_only_wrong(passwords: Passwords, password: str) -> None:
    stored = await passwords.hash("correct horse")
    assert await passwords.verify(password, stored) == (False, None)


async def test_an_empty_password_is_wrong_even_where_one_was_stored(passwords: Passwords) -> None:
    stored = await passwords.hash("")
    assert await passwords.verify("x" * 129, stored) == (False, None)


async def test_outdated_hashes_are_renewed(passwords: Passwords) -> None:
    weak = Passwords(1, time_cost=1, memory_cost=32)
    stored = await weak.hash("correct horse")
    weak.close()
    right, renewed = await passwords.verify("correct horse", stored)
    assert right
    assert renewed is not None
    assert await passwords.verify("correct horse", renewed) == (True, None)


async def test_the_queue_is_bounded_and_comes_free_again(passwords: Passwords) -> None:
    results = await asyncio.gather(*(passwords.hash("correct horse") for _ in range(40)), return_exceptions=True)
    refused = [result for result in results if isinstance(result, TooMany)]
    assert 0 < len(refused) < 40
    assert all(isinstance(result, str | TooMany) for result in results)
    assert (await passwords.hash("correct horse")).startswith("$argon2id$")
