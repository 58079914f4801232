"""The assistant on the page: its rows, its commands, who answers."""

from chatbeside.ui.assistant.dock import command_list, command_notice, status_line, status_section
from chatbeside.ui.assistant.rows import answer, streams

__all__ = ["answer", "command_list", "command_notice", "status_line", "status_section", "streams"]
