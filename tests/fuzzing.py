"""How much nonsense the fuzz tests send. ``CHATBESIDE_FUZZ=20`` sends twenty times as much, another each time."""

import os
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

TIMES = int(os.environ.get("CHATBESIDE_FUZZ", "1"))

Json = None | bool | int | float | str | list[Any] | dict[str, Any]


def run(examples: int) -> settings:
    """Return how a test runs: the same cases in every ordinary run, other ones in a long one."""
    return settings(
        max_examples=examples * TIMES,
        deadline=None,
        derandomize=TIMES == 1,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def deep(levels: int) -> Json:
    """Return lists in lists."""
    value: Json = []
    for _ in range(levels):
        value = [value]
    return value


# Lone surrogates, control characters, directions, and what other layers take for their own.
NASTY = [
    "",
    " ",
    "\x00",
    "\ud800",
    "a\udfffb",
    "\u202e\u2066",
    "\ufeff",
    "e\u0301" * 40,
    "👩‍👩‍👧‍👦" * 20,
    "__proto__",
    "constructor",
    "$where",
    "a.b",
    "../../etc/passwd",
    "' OR 1=1 --",
    '" MATCH *',
    "NEAR(",
    "%00",
    "{}",
    "${x}",
    "0" * 24,
    "f" * 24,
    "x" * 65,
    "x" * 20_000,
]
_LARGE: list[Json] = [deep(200), [{}] * 200, {str(n): n for n in range(200)}]


def _one_of(things: list[Any]) -> st.SearchStrategy[Any]:
    """Like ``sampled_from``, whose failures print all of it."""
    return st.integers(0, len(things) - 1).map(lambda at: things[at])


texts = _one_of(NASTY) | st.text(max_size=40) | st.text(st.characters(categories=["Cs", "Cc", "Cf"]), max_size=6)
numbers = st.integers() | st.sampled_from([0, -1, 2**31, 2**53, 2**63, 2**64, 10**300]) | st.floats(allow_nan=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
) | _one_of(_LARGE)
