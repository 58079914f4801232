"""The assistant's store as typed Vars and actions, by the same means as :mod:`chatbeside.ui.live`."""

from typing import Any

import reflex as rx
from reflex.constants.compiler import MemoizationMode
from reflex.vars import FunctionVar
from reflex.vars.base import Var

from chatbeside.assistant.commands import COMMANDS
from chatbeside.ui.assistant.shapes import Answer, Completion, Notice, Status, Stream
from chatbeside.ui.live import binding

HOOKS = "$/public/assistant/hooks.js"


def answer(message_id: Var[str]) -> Var[Answer]:
    """Return the answer that the message with this id is."""
    return binding.hook_var("useAssistantAnswer", Answer, message_id, module=HOOKS)


def streams() -> Var[list[str]]:
    """Return the ids of answers that grow in the open room and have no message yet."""
    return binding.hook_var("useAssistantStreams", list[str], module=HOOKS)


def stream(stream_id: Var[str]) -> Var[Stream]:
    """Return the growing answer with this id."""
    return binding.hook_var("useAssistantStream", Stream, stream_id, module=HOOKS)


def completion() -> Var[Completion]:
    """Return the list of commands that fit what is typed."""
    return binding.hook_var("useAssistantCompletion", Completion, module=HOOKS)


def notice() -> Var[Notice]:
    """Return what there is to say about the last command in the open room."""
    return binding.hook_var("useAssistantNotice", Notice, module=HOOKS)


def status() -> Var[Status]:
    """Return who answers in the open room."""
    return binding.hook_var("useAssistantStatus", Status, module=HOOKS)


def stop(stream_id: Var[str]) -> FunctionVar[Any]:
    """End the growing answer with this id."""
    return binding.action("assistantStop", stream_id, module=HOOKS)


def again(message_id: Var[str]) -> FunctionVar[Any]:
    """Have this answer written anew."""
    return binding.action("assistantAgain", message_id, module=HOOKS)


def switch(*, on: bool) -> FunctionVar[Any]:
    """Let the assistant read and answer in the open room, or not."""
    return binding.action("assistantSwitch", on, module=HOOKS)


def pick(name: Var[str]) -> FunctionVar[Any]:
    """Put this command into the text field."""
    return binding.action("assistantPick", name, module=HOOKS)


def dismiss_notice() -> FunctionVar[Any]:
    """Put the notice away."""
    return binding.action("assistantDismissNotice", module=HOOKS)


class Keys(rx.Component):
    """Shows nothing. Tells the store which commands there are and handles the keys of their list."""

    library = HOOKS
    tag = "AssistantKeys"
    _memoization_mode = MemoizationMode(recursive=False)

    commands: Var[list[dict[str, Any]]]


def keys() -> rx.Component:
    """Return the null component of the chat page, with every command."""
    commands = [{"name": c.name, "usage": c.usage, "summary": c.summary, "aliases": list(c.aliases)} for c in COMMANDS]
    return Keys.create(commands=commands)
