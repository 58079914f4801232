"""Signing up and logging in."""

from typing import Annotated, Any

import reflex as rx
from pydantic import StringConstraints

from chatbeside.domain.errors import ChatError
from chatbeside.services import guard, runtime
from chatbeside.services.accounts import SignedIn
from chatbeside.ui.states.base import handler, principal_of

_AS_TYPED = Annotated[str, StringConstraints(max_length=1000)]
Form = dict[str, _AS_TYPED]
_HOME = "/"


class DoorState(rx.State):
    """What the sign-up and log-in forms show. What was typed stays in the fields and never comes back here."""

    errors: dict[str, str] = {}
    trouble: str = ""
    ticket: str = ""

    @rx.var(cache=False)
    def next_page(self) -> str:
        """The page that somebody came from; the exchange takes nothing but a path of this site."""
        return self.router.url.query_parameters.get("next", _HOME)

    @handler
    @guard.public("a visitor has no session yet; somebody who has one goes on to the chat")
    async def arrive(self) -> Any:
        """Clear what an earlier visit left, and send on whoever is signed in already."""
        self.errors, self.trouble, self.ticket = {}, "", ""
        try:
            await principal_of(self)
        except ChatError:
            return None
        return rx.redirect(_HOME)

    @handler
    @guard.public("making an account is what gives the first session")
    async def sign_up(self, form: Form) -> None:
        """Make an account and log in with it."""
        self.errors, self.trouble = {}, ""
        signed_in = await runtime.current().accounts.sign_up(
            form.get("username", ""), form.get("email", ""), form.get("password", ""), user_agent=self._user_agent()
        )
        await self._enter(signed_in)

    @handler
    @guard.public("logging in is what gives a session")
    async def log_in(self, form: Form) -> None:
        """Log in by name or address."""
        self.errors, self.trouble = {}, ""
        missing = {field: words for field, words in _WANTED.items() if not form.get(field, "").strip()}
        if missing:
            self.errors = missing
            return
        signed_in = await runtime.current().accounts.log_in(
            form["username"], form["password"], user_agent=self._user_agent()
        )
        await self._enter(signed_in)

    @handler
    @guard.public("tells a visitor that the ticket of their own log-in was not taken")
    async def ticket_refused(self, words: _AS_TYPED) -> None:
        """Say that the log-in did not become a session."""
        self.ticket, self.trouble = "", words

    async def _enter(self, signed_in: SignedIn) -> None:
        self.ticket = await runtime.current().accounts.make_ticket(signed_in)

    def _refused(self, error: ChatError) -> None:
        self.errors = dict(error.fields)
        if not error.fields:
            self.trouble = error.message

    def _user_agent(self) -> str:
        return str(self.router.headers.user_agent)


_WANTED = {"username": "Enter your name or e-mail address.", "password": "Enter your password."}
