"""The provider that needs nothing: no key, no network, no model. It says so when asked.

It knows the product's help, the date, and how to pick the sentences that say most out of a
conversation. It never makes up a sentence about what people said.
"""

import asyncio
import re
from collections.abc import AsyncGenerator

from chatbeside.assistant import commands, summary
from chatbeside.assistant.guide import Found, Guide
from chatbeside.assistant.interfaces import Chunk, Prompt, Task, Usage
from chatbeside.assistant.prompts import ME

WHAT_I_AM = (
    "I am **{me}**, this chat's assistant. No language model is connected, "
    "so I am a small program that runs on this server: "
    "I know the help pages, the date, and the commands, and I can pick out what matters in a conversation. "
    "I cannot chat about the world. Nothing you write to me leaves this server."
)
HOW_TO_CONNECT = (
    "An administrator can connect a model under **Settings → Assistant**, or start the server with `OPENAI_API_KEY` "
    "(and `OPENAI_BASE_URL`, `OPENAI_MODEL` for Ollama, vLLM, llama.cpp or another service of that kind)."
)
TRY = "Try `/help`, `/catchup`, `/remind in 20 minutes …`, or ask how something works here."
_GREETING = re.compile(
    r"\W*(?:hi|hello|hey|good (?:morning|evening|afternoon|day)|hallo|moin|servus|hola|salut|ciao)\b[\w\s]{0,20}\W*\Z",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\W*(?:thanks?|thank you|thx|cheers|great|nice|cool|ok(?:ay)?|danke)\b[\w\s]{0,20}\W*\Z", re.IGNORECASE
)
_SELF = re.compile(
    r"\b(?:who|what) are you\b|\bare you (?:an? )?(?:ai|bot|human|person|real|model|program)\b"
    r"|\bwhat can you do\b|\bwhat (?:model|llm)\b|\byour (?:model|name)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:what(?:'s| is|s)?|which) (?:the |today'?s )?(?:current )?(?:date|day|time|year|week)(?: (?:is|of)\b|\W*\Z)"
    r"|\btoday'?s date\b",
    re.IGNORECASE,
)
_CONNECT = re.compile(
    r"\b(?:connect|add|set ?up|configure|plug in|use)\b.{0,200}\b(?:model|llm|key|openai|ollama|gpt|vllm|provider)\b",
    re.IGNORECASE | re.DOTALL,
)
ENOUGH = 0.5
"""A help section is the answer when it has more than this part of a question's words, or this part in its title."""


def what_i_am(me: str) -> str:
    """Return what it says of itself under the name ``me``."""
    return WHAT_I_AM.format(me=summary.escape(me))


class Builtin:
    """Answers from the help pages, the calendar and the conversation itself."""

    name = "builtin"
    model = ""
    outside = False

    def __init__(self, guide: Guide | None = None) -> None:
        self.guide = guide or Guide()

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        """Yield the answer in one piece. Never fails."""
        if prompt.task in {Task.CATCHUP, Task.SUMMARY}:
            # Weighing a thousand messages takes a while, during which others shall be served.
            yield Chunk(await asyncio.to_thread(self.answer, prompt))
        else:
            yield Chunk(self.answer(prompt))
        yield Chunk(usage=Usage())

    async def check(self) -> str:
        """Say that there is nothing to test."""
        return f"The built-in assistant works without a model and knows {len(self.guide.pages())} help pages."

    async def close(self) -> None:
        """Give back the memory of the help index."""
        self.guide.close()

    def answer(self, prompt: Prompt) -> str:
        """Return the answer to ``prompt`` as Markdown."""
        if prompt.task in {Task.CATCHUP, Task.SUMMARY}:
            return self._digest(prompt)
        if prompt.task is Task.TRANSLATE:
            return f"Translating needs a language model, and none is connected here. {HOW_TO_CONNECT}"
        return self._reply(prompt)

    def help(self, topic: str, me: str = ME) -> str:
        """Return the help section that fits ``topic``, in which it is called ``me``; without one, what there is."""
        if not topic:
            lines = [f"- `{command.usage}`: {command.summary.lower()}" for command in commands.COMMANDS]
            pages = ", ".join(self.guide.pages())
            return "\n".join(["These are the commands:", "", *lines, "", f"Ask me about: {pages}."])
        found = self.guide.find(topic)
        if not found:
            return f"I found nothing about that in the help. It has pages on: {', '.join(self.guide.pages())}."
        return _show(found, me)

    def _digest(self, prompt: Prompt) -> str:
        if not prompt.sources:
            return "There is nothing here to sum up."
        text = summary.digest(prompt.sources, most=8, name=prompt.asker)
        if not text:
            return f"{summary.overview(prompt.sources)} Nothing in them stands out."
        return f"{summary.overview(prompt.sources)} What stands out, word for word:\n\n{text}"

    def _reply(self, prompt: Prompt) -> str:
        text = prompt.question.strip()
        if not text or _GREETING.match(text):
            name = f" {summary.escape(prompt.asker)}" if prompt.asker else ""
            return f"Hello{name}. {what_i_am(prompt.me)}\n\n{TRY}"
        if _THANKS.match(text):
            return "You are welcome."
        if _CONNECT.search(text):
            return f"{HOW_TO_CONNECT} There is a **Test** button that says at once whether it works."
        if _DATE.search(text):
            return _date(prompt)
        return f"{what_i_am(prompt.me)}\n\n{HOW_TO_CONNECT}" if _SELF.search(text) else self._look_up(text, prompt.me)

    def _look_up(self, text: str, me: str) -> str:
        found = self.guide.find(text)
        if found and (found[0].share > ENOUGH or found[0].titled >= ENOUGH):
            return _show(found, me)
        return (
            "I cannot answer that: no language model is connected here, and the help says nothing about it. "
            f"I can do `/help`, `/catchup`, `/search`, `/remind` and `/poll`.\n\n{HOW_TO_CONNECT}"
        )


def _show(found: list[Found], me: str) -> str:
    section = found[0].section
    others = [other.section for other in found[1:] if other.fit > found[0].fit / 2 and other.share >= ENOUGH]
    text = f"**{section.title}**\n\n{section.body}"
    if others:
        text += "\n\nSee also: " + ", ".join(f"`/help {other.title.lower()}`" for other in others) + "."
    return re.sub(r"\bBeside\b", lambda _: me, text)


def _date(prompt: Prompt) -> str:
    now = prompt.now
    week = now.isocalendar().week
    return f"It is {now:%A}, {now.day} {now:%B %Y}, {now:%H:%M} ({now.tzinfo or 'UTC'}), week {week}."
