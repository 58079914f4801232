import pytest

from chatbeside.domain.errors import Conflict, InvalidInput
from chatbeside.domain.models import Message
from chatbeside.domain.reactions import DIFFERENT_MOST, check_emoji, reacted
from tests.conftest import ManualClock

EMOJI = ["👍", "❤", "❤️", "👨‍👩‍👧‍👦", "👍🏽", "🇩🇪", "1️⃣", "#️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "☕", "©", "🫨", "↔️", "\u2139\ufe0f", "🙂‍↔️"]


@pytest.mark.parametrize("emoji", EMOJI)
def test_emoji(emoji: str) -> None:
    assert check_emoji(emoji) == emoji


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "ok",
        "1",
        "👍a",
        "👍 ",
        " ",
        "\u200d",
        "\ufe0f",
        "👍" * 17,
        "<b>",
        "\0",
        "\ud83d",
        "1👍",
        "\u20e3",
        "\ufffd",
    ],
)
def test_what_is_no_emoji(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_emoji(text)
    assert list(caught.value.fields) == ["emoji"]


@pytest.fixture
def message(clock: ManualClock) -> Message:
    return Message("m", "r", 1, 1, "ann", "c", "text", "hello", clock())


def test_giving_and_taking_back(message: Message) -> None:
    one = reacted(message, "ben", "👍", on=True)
    two = reacted(one, "ann", "👍", on=True)
    assert two.reactions == {"👍": ("ben", "ann")}
    assert reacted(two, "ann", "👍", on=True) is None
    assert reacted(two, "ann", "❤", on=False) is None
    back = reacted(two, "ben", "👍", on=False)
    assert back.reactions == {"👍": ("ann",)}
    assert reacted(back, "ann", "👍", on=False).reactions == {}
    assert message.reactions == {}


def test_only_so_many_different_ones(message: Message) -> None:
    for number in range(DIFFERENT_MOST):
        message = reacted(message, "ann", chr(0x1F600 + number), on=True)
    with pytest.raises(Conflict):
        reacted(message, "ann", "👍", on=True)
    assert len(reacted(message, "ben", chr(0x1F600), on=True).reactions) == DIFFERENT_MOST
