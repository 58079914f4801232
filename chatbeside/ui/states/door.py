"""Signing up and logging in."""

from typing import Annotated, Any
from urllib.parse import parse_qs, quote, urlsplit

import reflex as rx
from pydantic import StringConstraints

from chatbeside.domain.errors import ChatError, CodeNeeded, NotFound, NotSignedIn
from chatbeside.services import guard, runtime
from chatbeside.services.accounts import SignedIn
from chatbeside.services.principal import Principal
from chatbeside.services.web import LINK_COOKIE, STEP_COOKIE, cookie_from, own_path
from chatbeside.ui.states.base import handler, principal_of
from chatbeside.ui.states.invites import JOIN_PAGE
from chatbeside.ui.states.rooms import room_page

_AS_TYPED = Annotated[str, StringConstraints(max_length=1000)]
Form = dict[str, _AS_TYPED]
_HOME = "/"


class DoorState(rx.State):
    """What the sign-up and log-in forms show. What was typed stays in the fields and never comes back here."""

    errors: dict[str, str] = {}
    trouble: str = ""
    ticket: str = ""
    invited_to: str = ""
    landing: str = ""
    asks_code: bool = False
    provider: str = ""
    _step: str = ""
    _link: str = ""

    @rx.var(cache=False)
    def next_page(self) -> str:
        """The page that somebody came from; the exchange takes nothing but a path of this site."""
        return self.landing or self._wanted()

    @rx.var(cache=False)
    def keeping(self) -> str:
        """What the other face of the door needs in its address to lead to the same page."""
        wanted = self._wanted()
        return "" if wanted == _HOME else f"?next={quote(wanted, safe='')}"

    @rx.var(cache=False)
    def next_escaped(self) -> str:
        """The page that somebody came from, for the way through another provider."""
        return quote(self._wanted(), safe="")

    @rx.var(cache=False)
    def ended(self) -> str:
        """Why somebody stands here who was signed in a moment ago."""
        return _ENDED.get(str(self.router.url.query_parameters.get("ended", "")), "")

    @handler
    @guard.public("a visitor has no session yet; somebody who has one goes on to the chat")
    async def arrive(self) -> Any:
        """Clear what an earlier visit left, and send on whoever is signed in already."""
        self.errors, self.trouble, self.ticket = {}, "", ""
        self._come_back()
        self.invited_to, self.landing = "", ""
        try:
            await principal_of(self)
        except ChatError:
            await self._look_at_invite()
            return None
        return rx.redirect(self._wanted())

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
        try:
            signed_in = await runtime.current().accounts.log_in(
                form["username"], form["password"], user_agent=self._user_agent()
            )
        except CodeNeeded as needed:
            self.asks_code, self._step = True, needed.ticket
            return
        await self._enter(signed_in)

    @handler
    @guard.public("the first step of the log-in was passed on this page")
    async def log_in_code(self, form: Form) -> None:
        """Go through the second step."""
        self.errors, self.trouble = {}, ""
        try:
            signed_in = await runtime.current().accounts.log_in_code(
                self._step, form.get("code", ""), user_agent=self._user_agent()
            )
        except NotSignedIn as error:
            # It took too long: from the beginning.
            self.asks_code, self._step, self.trouble = False, "", error.message
            return
        await self._enter(signed_in)

    @handler
    @guard.public("nothing but the own page changes")
    async def start_over(self) -> None:
        """Show the first step again."""
        self.errors, self.trouble, self.asks_code, self._step = {}, "", False, ""

    @handler
    @guard.public("tells a visitor that the ticket of their own log-in was not taken")
    async def ticket_refused(self, words: _AS_TYPED) -> None:
        """Say that the log-in did not become a session."""
        self.ticket, self.trouble = "", words

    def _come_back(self) -> None:
        """Go on where another provider sent somebody back to."""
        oidc, cookies = runtime.current().oidc, str(self.router.headers.cookie)
        self.provider = oidc.name if oidc.on else ""
        self.asks_code, self._step, self._link = False, "", ""
        word = str(self.router.url.query_parameters.get("oidc", ""))
        if word == "code":
            self._step = cookie_from(cookies, STEP_COOKIE) or ""
            self.asks_code = bool(self._step)
        elif word == "link":
            self._link = cookie_from(cookies, LINK_COOKIE) or ""
        self.trouble = _FROM_ELSEWHERE.get(word, "")

    async def _enter(self, signed_in: SignedIn) -> None:
        if self._link:
            await runtime.current().oidc.link(signed_in.user, self._link)
        code = self._code()
        if self.invited_to and code:
            # The page has said which room this is about: signing in here is the way into it.
            try:
                principal = Principal(signed_in.user, signed_in.session)
                self.landing = room_page((await runtime.current().invites.accept(principal, code)).id)
            except NotFound:
                self.landing = ""  # Over in the meantime: the page of the invite says so.
        self.ticket = await runtime.current().accounts.make_ticket(signed_in)

    async def _look_at_invite(self) -> None:
        code = self._code()
        if code:
            try:
                self.invited_to = (await runtime.current().invites.preview(code)).room.name
            except NotFound:
                self.invited_to = ""

    def _wanted(self) -> str:
        """Return the path that somebody came for, if it is one of this site."""
        wanted = str(self.router.url.query_parameters.get("next", _HOME))
        return own_path(wanted)

    def _code(self) -> str:
        """Return the code of the invite that somebody came with, or nothing."""
        wanted = urlsplit(self._wanted())
        return parse_qs(wanted.query).get("code", [""])[0] if wanted.path == JOIN_PAGE else ""

    def _refused(self, error: ChatError) -> None:
        self.errors = dict(error.fields)
        if not error.fields:
            self.trouble = error.message

    def _user_agent(self) -> str:
        return str(self.router.headers.user_agent)


_FROM_ELSEWHERE = {
    "link": "There is an account with your address here. Log in to it once with its password, and both are connected.",
    "forbidden": "Logging in there did not work. Try again.",
    "unavailable": "The other provider does not answer. Try again in a moment, or use your password.",
    "conflict": "No account could be made from what the other provider says. Sign up here instead.",
}
_ENDED = {
    "revoked": "This device was logged out from another one. Log in again if it is yours.",
    "password": "The password was changed, so this device was logged out. Log in with the new one.",
    "closed": "This account is closed.",
    "over": "Your session has ended. Log in again.",
}
_WANTED = {"username": "Enter your name or e-mail address.", "password": "Enter your password."}
