from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from chatbeside.assistant.interfaces import Source, Task, Turn
from chatbeside.assistant.prompts import (
    as_chat,
    build,
    estimate_tokens,
    fit,
    prompt_tokens,
    source_line,
    visible,
)

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def source(number: int, text: str = "some words here", room: str = "r") -> Source:
    return Source(0, f"m{number}", room, number, "ann", NOW + timedelta(minutes=number), text)


@given(st.lists(st.integers(1, 400), max_size=30), st.lists(st.integers(1, 400), max_size=30), st.integers(20, 2_000))
def test_fit_keeps_the_budget_and_the_newest(recent_sizes, found_sizes, budget):
    recent = [source(n, "x" * size) for n, size in enumerate(recent_sizes)]
    found = [source(100 + n, "y" * size, "other") for n, size in enumerate(found_sizes)]
    chosen = fit(recent, found, budget)
    cost = sum(estimate_tokens(source_line(s)) for s in chosen)
    assert cost <= budget + len(chosen) or len(chosen) == 1
    if recent:
        assert recent[-1].message_id in {s.message_id for s in chosen}
    kept = [s.seq for s in chosen if s.room_id == "r"]
    assert kept == [s.seq for s in recent][len(recent) - len(kept) :]
    assert [s.n for s in chosen] == list(range(1, len(chosen) + 1))
    assert [s.at for s in chosen] == sorted(s.at for s in chosen)


def test_a_long_conversation_leaves_room_for_what_was_found():
    recent = [source(n, "x" * 600) for n in range(20)]
    found = [source(100 + n, "y" * 600, "other") for n in range(20)]
    assert {s.room_id for s in fit(recent, found, 2_000)} == {"r", "other"}
    assert len(fit(recent, [], 2_000)) == len(fit(recent, found, 2_000)), "none of the budget is left over"


def test_a_message_is_taken_once():
    assert [s.message_id for s in fit([source(1)], [source(1), source(2)], 1000)] == ["m1", "m2"]


def test_order_of_a_chat():
    prompt = build(
        Task.CHAT, "and now?", asker="ann", now=NOW, sources=fit([source(1)], [], 500), turns=[Turn("user", "hi")]
    )
    messages = as_chat(prompt)
    assert [m["role"] for m in messages] == ["system", "user", "user", "user"]
    assert messages[1]["content"] == "hi"
    assert '"text":"some words here"' in messages[2]["content"]
    assert messages[-1]["content"] == "and now?"
    assert "2026-05-04" in prompt.instructions
    assert prompt_tokens(prompt) > 100


def test_the_moment_and_the_record_are_in_the_askers_time_zone():
    late = datetime(2026, 5, 4, 22, 30, tzinfo=UTC)
    said = Source(0, "m1", "r", 1, "ann", datetime(2026, 1, 4, 23, 30, tzinfo=UTC), "happy new year")
    prompt = build(
        Task.CHAT, "what day is it?", asker="ann", now=late.astimezone(ZoneInfo("Europe/Berlin")), sources=[said]
    )
    assert "it is Tuesday, 2026-05-05, 00:30 now, in the time zone Europe/Berlin (UTC+02:00)" in prompt.instructions
    assert '"at":"2026-01-05 00:30"' in prompt.data, "in winter that zone is another hour from UTC"
    assert "time zone UTC (UTC+00:00)" in build(Task.CHAT, "?", asker="ann", now=late).instructions


def test_a_long_message_is_cut_in_the_record():
    assert len(source_line(source(1, "word " * 20_000))) < 13_000


def test_estimate_is_on_the_high_side():
    assert estimate_tokens("The quick brown fox jumps over the lazy dog.") >= 10
    assert estimate_tokens("日本語の文章です。") >= 8


def test_visible_keeps_what_people_see():
    family = "👨\u200d👩\u200d👧 naïve \u0646\u0648\u200c\u0647\n\tcode"
    assert visible(family) == family
    assert visible("a\u200bb\u202ec\x07d\U000e0041e") == "abcde"
