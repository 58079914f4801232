from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbeside.assistant.when import LONGEST, duration, parse_when

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)  # a Monday
BERLIN = ZoneInfo("Europe/Berlin")  # 14:30 there


@pytest.mark.parametrize(
    ("text", "at", "rest"),
    [
        ("in 20 minutes take out the bread", "2026-05-04T12:50", "take out the bread"),
        ("me in 2h to call ben", "2026-05-04T14:30", "call ben"),
        ("in an hour and 30 minutes tea", "2026-05-04T14:00", "tea"),
        ("in half an hour tea", "2026-05-04T13:00", "tea"),
        ("10m tea", "2026-05-04T12:40", "tea"),
        ("tomorrow call", "2026-05-05T07:00", "call"),
        ("tomorrow at 9 call the plumber", "2026-05-05T07:00", "call the plumber"),
        ("tomorrow 9:15pm film", "2026-05-05T19:15", "film"),
        ("friday 14:30 report", "2026-05-08T12:30", "report"),
        ("on monday at noon lunch", "2026-05-11T10:00", "lunch"),
        ("next tuesday lunch", "2026-05-05T07:00", "lunch"),
        ("2026-12-01 08:00 renew the ticket", "2026-12-01T07:00", "renew the ticket"),
        ("2026-12-01 renew", "2026-12-01T08:00", "renew"),
        ("at 15:00 tea", "2026-05-04T13:00", "tea"),
        ("at 9 tea", "2026-05-05T07:00", "tea"),
        ("3pm tea", "2026-05-04T13:00", "tea"),
        ("at 9:00 tomorrow tea", "2026-05-05T07:00", "tea"),
        ("tonight film", "2026-05-04T18:00", "film"),
        ("tea in 5 minutes", "2026-05-04T12:35", "tea"),
        ("to call ben tomorrow at 9", "2026-05-05T07:00", "call ben"),
        ("water the plants on friday", "2026-05-08T07:00", "water the plants"),
        ("midnight sleep", "2026-05-04T22:00", "sleep"),
    ],
)
def test_moments(text, at, rest):
    timed = parse_when(text, NOW, BERLIN)
    assert timed is not None
    assert (timed.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M"), timed.rest) == (at, rest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tea",
        "in a while",
        "2020-01-01 tea",
        "2026-13-40 tea",
        "at 25:00 tea",
        "in 900 weeks",
        "3 eggs",
        "call at home",
    ],
)
def test_no_moment(text):
    assert parse_when(text, NOW, BERLIN) is None


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_coming_moment_or_none(text):
    timed = parse_when(text, NOW, BERLIN)
    assert timed is None or NOW < timed.at <= NOW + LONGEST


def test_summer_time_begins_between():
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    timed = parse_when("tomorrow at 9 x", before, BERLIN)
    assert timed is not None
    assert timed.at.astimezone(UTC) == datetime(2026, 3, 29, 7, tzinfo=UTC)


def test_durations():
    assert duration("2 hours") == (timedelta(hours=2), "")
    assert duration("1d ago") == (timedelta(days=1), "ago")
    assert duration("soon") is None
