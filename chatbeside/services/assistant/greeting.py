"""What the assistant says unasked."""

from chatbeside.assistant import summary
from chatbeside.assistant.builtin import HOW_TO_CONNECT, TRY, what_i_am
from chatbeside.domain.models import User
from chatbeside.services.assistant.setup import Choice
from chatbeside.services.assistant.sight import name_of


def greeting(person: User | None, choice: Choice, me: str) -> str:
    """Return the first words to a new account: what this is, honestly, and what to try."""
    about = what_i_am(me)
    if choice.provider != "builtin":
        about = (
            f"I am **{summary.escape(me)}**, this chat's assistant: a program. "
            f"The language model “{choice.model}” answers for me, "
            "so I can be wrong. I see what you may see, and only when you ask me something."
        )
    elif person and person.administrator:
        about += f"\n\n{HOW_TO_CONNECT}"
    return f"Hello {name_of(person)}, welcome. {about}\n\n{TRY}"


def by_itself(choice: Choice) -> dict[str, object]:
    """Return the data of a message that answers nothing."""
    about = {"provider": choice.provider, "model": choice.model, "sources": list[object](), "cut": None, "again": False}
    return {"assistant": about}
