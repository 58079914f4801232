import time
from datetime import UTC, datetime, timedelta

import pytest

from chatbeside.assistant.builtin import Builtin
from chatbeside.assistant.citations import Citations
from chatbeside.assistant.guide import Guide, read_sections
from chatbeside.assistant.interfaces import Source, Task
from chatbeside.assistant.prompts import build
from chatbeside.assistant.summary import choose, digest, escape, overview, split

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def builtin():
    return Builtin()


def ask(builtin: Builtin, question: str, task: Task = Task.CHAT, sources: tuple[Source, ...] = ()) -> str:
    return builtin.answer(build(task, question, asker="ann", now=NOW, sources=sources))


def source(n: int, who: str, text: str) -> Source:
    return Source(n, f"m{n}", "r", n, who, NOW + timedelta(minutes=n), text)


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("what do the ticks mean?", "What the ticks mean"),
        ("how do I send a message?", "Send a message"),
        ("remind me later, how?", "Reminders"),
        ("how can I make a poll", "Polls"),
        ("my message was not sent", "A message was not sent"),
        ("ollama on my machine", "Ollama on the same machine"),
        ("what may the assistant read?", "What the assistant may read"),
        ("dark theme", "Light and dark"),
        ("why was I logged out", "Why I was logged out"),
        ("bold and italic", "Formatting text"),
        ("how do I catch up", "Catch up on what you missed"),
        ("where is my draft", "Drafts"),
        ("what are citations and sources", "Sources of an answer"),
    ],
)
def test_help_finds_the_section(builtin, question, title):
    assert builtin.guide.find(question)[0].section.title == title
    assert title in ask(builtin, question)


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("How do I create a room?", "Make a room"),
        ("how can I invite someone?", "Invite people with a link"),
        ("where can I find an old message?", "Find an old message"),
        ("how do I send a photo?", "Send a picture or file"),
        ("what is the maximum file size?", "How large a file may be"),
        ("I get no notifications", "No notifications arrive"),
        ("how do I mute a conversation?", "Mute a conversation"),
        ("how do I call somebody?", "Call somebody"),
        ("my mic does not work", "The microphone or camera does not work"),
        ("can I share my screen?", "Share your screen"),
        ("who can read my messages?", "Who can read my messages"),
        ("how do I delete a message?", "Delete a message"),
        ("can I edit what I wrote?", "Edit a message"),
        ("is there a dark mode?", "Light and dark"),
        ("which keyboard shortcuts are there?", "Keyboard shortcuts"),
        ("how do I react with an emoji?", "React with an emoji"),
        ("how do I leave a group?", "Leave a room"),
        ("how do I use it on my phone?", "Use it on a phone"),
        ("are calls encrypted?", "Are calls private"),
        ("how do I record a voice message?", "Voice messages"),
        ("how do I add people to a group", "Add somebody to a room"),
        ("how do I start a new conversation?", "Write to a person, begin a conversation"),
        ("where is my data stored?", "Where my data is stored"),
        ("how do I log out?", "Log out on a shared computer"),
    ],
)
def test_what_newcomers_ask_is_in_the_help(builtin, question, title):
    assert builtin.guide.find(question)[0].section.title == title
    assert ask(builtin, question).startswith(f"**{title}**")


@pytest.mark.parametrize(
    "question",
    [
        "write a poem about the sea",
        "capital of France?",
        "solve x^2 = 4",
        "???",
        "how old is the universe?",
        "what is the weather like?",
        "who won the world cup",
        "tell me a joke about people",
    ],
)
def test_says_what_it_cannot(builtin, question):
    answer = ask(builtin, question)
    assert "no language model is connected" in answer
    assert "/catchup" in answer


@pytest.mark.parametrize(
    "question", ["hi", "Hello there!", "who are you?", "are you a person?", "which llm... what model are you"]
)
def test_says_what_it_is(builtin, question):
    answer = ask(builtin, question)
    assert "Beside" in answer
    assert "No language model is connected" in answer


def test_says_how_to_connect(builtin):
    assert "OPENAI_API_KEY" in ask(builtin, "how do I connect a model?")


@pytest.mark.parametrize("question", ["what day is it?", "what's the date", "which week is it?", "what time is it"])
def test_date(builtin, question):
    assert ask(builtin, question) == "It is Monday, 4 May 2026, 12:30 (UTC), week 19."


def test_what_time_is_not_always_the_clock(builtin):
    assert "12:30" not in ask(builtin, "what time did we say for the meeting?")


def test_translation_needs_a_model(builtin):
    assert "needs a language model" in ask(builtin, "French: hello", Task.TRANSLATE)


def test_help_command(builtin):
    assert "/catchup" in builtin.help("")
    assert "one vote" in builtin.help("polls")
    assert "found nothing" in builtin.help("xylophone")


def test_help_pages_are_whole():
    sections = read_sections()
    assert len(sections) > 25
    assert all(s.page and s.title and s.body for s in sections)


def test_hostile_search_words_are_only_words():
    guide = Guide()
    for words in ['" OR 1', "NEAR(a b)", "title:x", "a* ^b", "-c", "''; DROP", "AND", "("]:
        guide.find(words)
    guide.close()


TALK = (
    source(1, "ann", "good morning everyone"),
    source(2, "ben", "morning!"),
    source(3, "ann", "The release of the new invoice module moves to Friday. I will tell the customer."),
    source(4, "eve", "lol ok"),
    source(5, "ben", "We decided to keep the old invoice layout for the release."),
    source(6, "eve", "ann, can you check the invoice totals before Friday?"),
    source(7, "ben", "sure, and the weather is nice"),
)


def test_digest_is_word_for_word_and_cited():
    text = digest(TALK, most=3, name="ann")
    lines = text.split("\n")
    assert len(lines) == 3
    assert "The release of the new invoice module moves to Friday. [3]" in text
    assert "We decided to keep the old invoice layout for the release. [5]" in text
    assert "can you check the invoice totals before Friday? [6]" in text
    citations = Citations(TALK)
    shown = citations.show(text, final=True)
    assert [s.message_id for s in citations.cited()] == ["m3", "m5", "m6"]
    assert "[1]" in shown


def test_digest_through_the_provider(builtin):
    answer = ask(builtin, "/catchup", Task.CATCHUP, TALK)
    assert answer.startswith("7 messages from ann, ben and eve.") or answer.startswith("7 messages from")
    assert "word for word" in answer


def test_nothing_to_sum_up(builtin):
    assert "nothing" in ask(builtin, "/catchup", Task.CATCHUP)
    assert "Nothing in them stands out" in ask(builtin, "", Task.CATCHUP, (source(1, "ann", "ok"),))


def test_repeated_sentences_stand_once():
    same = tuple(source(n, "ann", "The server for the invoices is broken again.") for n in range(1, 6))
    assert len(choose(same, most=5)) == 1


def test_hostile_text_stays_text():
    text = digest(
        [source(1, "*ann*", "**[click](http://e.example)** <b>now</b> must be decided today, please!")], most=1
    )
    assert "\\[click\\]" in text
    assert "\\<b\\>" in text
    assert "\\*ann\\*" in text
    assert escape("`[1]`") == "\\`\\[1\\]\\`"


def test_code_is_not_quoted():
    assert split(source(1, "ann", "Look at this:\n```\nmust_fix()\n```\nIt is broken.")) == [
        "Look at this:",
        "It is broken.",
    ]


def test_overview():
    assert overview([source(n, f"p{n % 5}", "x") for n in range(10)]) == "10 messages from p0, p1, p2 and 2 others."
    assert overview([source(1, "ann", "x")]) == "1 message from ann."


def test_a_thousand_messages_do_not_hold_the_loop():
    words = ["release", "invoice", "customer", "server", "meeting", "friday", "decided", "broken", "layout", "total"]
    words += ["check", "plan", "budget", "design", "test"]
    talk = [source(n, f"p{n % 9}", " ".join(words[(n * k) % 15] for k in range(1, 14)) + ".") for n in range(1, 1001)]
    began = time.process_time()  # what others do on this machine meanwhile does not count
    assert digest(talk, most=8)
    assert time.process_time() - began < 1.0
