"""Changing one's own name, address and password."""

from typing import Annotated

import reflex as rx
from pydantic import StringConstraints

from chatbeside.domain.errors import ChatError, TooMany
from chatbeside.services import guard, runtime
from chatbeside.services.principal import Principal
from chatbeside.ui.states.base import handler

_AS_TYPED = Annotated[str, StringConstraints(max_length=1000)]
Form = dict[str, _AS_TYPED]


class AccountState(rx.State):
    """What the forms show. What was typed stays in the fields and never comes back here.

    ``done`` rises with every success, so that the form is made anew and keeps no password. ``about`` is the form that
    the words belong to.
    """

    errors: dict[str, str] = {}
    about: str = ""
    said: str = ""
    trouble: str = ""
    done: int = 0

    @handler
    @guard.signed_in
    async def save_name(self, principal: Principal, form: Form) -> None:
        """Change what others see."""
        self._begin("name")
        await runtime.current().own_account.change(principal, display_name=form.get("display_name", ""))
        self.said = "Saved."

    @handler
    @guard.signed_in
    async def save_email(self, principal: Principal, form: Form) -> None:
        """Change the address."""
        self._begin("email")
        await runtime.current().own_account.change(
            principal, email=form.get("email", ""), password=form.get("email_password", "")
        )
        self._succeeded("The address is changed.")

    @handler
    @guard.signed_in
    async def change_password(self, principal: Principal, form: Form) -> None:
        """Change the password; the other devices are logged out."""
        self._begin("password")
        await runtime.current().own_account.change_password(
            principal, form.get("present", ""), form.get("password", "")
        )
        self._succeeded("The password is changed, and all your other devices are logged out.")

    def _begin(self, about: str) -> None:
        self.about, self.errors, self.said, self.trouble = about, {}, "", ""

    def _succeeded(self, words: str) -> None:
        self.said = words
        self.done += 1

    def _refused(self, error: ChatError) -> None:
        self.errors = dict(error.fields)
        if isinstance(error, TooMany):
            wait = max(1, round(error.retry_after))
            self.trouble = f"Too many wrong tries. Try again in {wait} seconds."
        elif not error.fields:
            self.trouble = error.message
