import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbeside.domain import content
from chatbeside.domain.content import check_client_id, check_content, new_client_id
from chatbeside.domain.errors import InvalidInput


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("hello", "hello"),
        ("  indented stays", "  indented stays"),
        ("trailing goes \n\t ", "trailing goes"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a\ttab", "a\ttab"),
        ("family 👨‍👩‍👧", "family 👨‍👩‍👧"),
        ("עברית \u200f", "עברית \u200f"),
    ],
)
def test_content_is_kept_as_typed(typed: str, stored: str) -> None:
    assert check_content(typed, most=100) == stored


@pytest.mark.parametrize("typed", ["", " ", "\n\n", "\u200b", "\u00a0\u2003", "\u202e", "\ufeff \u200d"])
def test_nothing_to_see_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_content(typed, most=100)
    assert caught.value.fields == {"content": "Write something first."}


@pytest.mark.parametrize("typed", ["a\0b", "a\x1bb", "a\x7fb", "a\x85b", "a\ud800b", "\udfff"])
def test_what_no_store_can_be_trusted_with_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_content(typed, most=100)
    assert "cannot be sent" in caught.value.fields["content"]


def test_the_longest_message_fits_and_one_more_does_not() -> None:
    assert check_content("x" * 100 + "   ", most=100) == "x" * 100
    with pytest.raises(InvalidInput, match="at most 100 characters; this one has 101"):
        check_content("x" * 101, most=100)


@given(st.text(max_size=50))
def test_what_is_accepted_is_stored_the_same_a_second_time(typed: str) -> None:
    try:
        stored = check_content(typed, most=40)
    except InvalidInput:
        return
    assert check_content(stored, most=40) == stored
    assert stored.encode() and len(stored) <= 40


@pytest.mark.parametrize("client_id", ["", "a" * 65, "a b", "ü", "a\n", "a.b", "../x"])
def test_a_client_id_of_another_form_is_refused(client_id: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_client_id(client_id)
    assert list(caught.value.fields) == ["clientId"]


def test_client_ids() -> None:
    for client_id in ("a", "A-z_09", "a" * 64, new_client_id()):
        assert check_client_id(client_id) == client_id
    assert new_client_id() != new_client_id()


def test_what_is_forbidden_is_what_unicode_says() -> None:
    """The expression names ranges; the categories it stands for are Unicode's."""
    for number in range(0x110000):
        char = chr(number)
        wanted = unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t"
        assert bool(content._FORBIDDEN.match(char)) is wanted, hex(number)
