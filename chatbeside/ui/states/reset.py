"""Forgetting a password, and choosing a new one."""

from typing import Annotated

import reflex as rx
from pydantic import StringConstraints

from chatbeside.domain.errors import ChatError, NotFound
from chatbeside.services import guard, runtime
from chatbeside.ui.states.base import handler

_AS_TYPED = Annotated[str, StringConstraints(max_length=1000)]
Form = dict[str, _AS_TYPED]


class ResetState(rx.State):
    """What the two pages show. The code stays in the address, and what was typed in the fields."""

    by_mail: bool = True
    whose: str = ""
    over: bool = False
    done: bool = False
    errors: dict[str, str] = {}
    trouble: str = ""

    @handler
    @guard.public("who forgot the password cannot log in")
    async def arrive(self) -> None:
        """Say whether mail is sent, on the page that asks for the address."""
        self._clear()
        self.by_mail = runtime.current().resets.by_mail

    @handler
    @guard.public("who forgot the password cannot log in")
    async def ask(self, form: Form) -> None:
        """Send a link to the address, if somebody has it."""
        self._clear()
        await runtime.current().resets.ask(form.get("email", ""))
        self.done = True

    @handler
    @guard.public("the code in the address proves who asks")
    async def look(self) -> None:
        """Say for whom the link is, or that it holds no more."""
        self._clear()
        try:
            self.whose = (await runtime.current().resets.look(self._code())).username
        except NotFound:
            self.over = True

    @handler
    @guard.public("the code in the address proves who asks")
    async def redeem(self, form: Form) -> None:
        """Set the new password."""
        self.errors, self.trouble = {}, ""
        try:
            await runtime.current().resets.redeem(self._code(), form.get("password", ""))
        except NotFound:
            self.over = True
        else:
            self.done = True

    def _code(self) -> str:
        return str(self.router.url.query_parameters.get("code", ""))

    def _clear(self) -> None:
        self.whose, self.over, self.done, self.errors, self.trouble = "", False, False, {}, ""

    def _refused(self, error: ChatError) -> None:
        self.errors = dict(error.fields)
        if not error.fields:
            self.trouble = error.message
