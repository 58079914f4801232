"""Accounts and sessions."""

from fastapi import Request, Response

from chatbeside.api.openapi import errors
from chatbeside.api.routing import Api, Asker, check_same_site, router
from chatbeside.api.shapes import LogIn, MeAnswer, SignedInAnswer, SignUp, Ticket
from chatbeside.domain.errors import InvalidInput
from chatbeside.domain.wire import account_to_wire
from chatbeside.services import guard
from chatbeside.services.accounts import SignedIn
from chatbeside.services.web import SESSION_COOKIE

routes = router(prefix="/api/auth", tag="accounts")


@routes.post("/signup", status_code=201, responses=errors(409, 429))
@guard.public("making an account is how people come in")
async def sign_up(api: Api, request: Request, body: SignUp) -> SignedInAnswer:
    """Make an account and log in with it. The first account of an installation is its administrator."""
    return answer(await api.accounts.sign_up(body.username, body.email, body.password, user_agent=user_agent(request)))


@routes.post("/login", responses=errors(401, 429))
@guard.public("logging in is how people come in")
async def log_in(api: Api, request: Request, body: LogIn) -> SignedInAnswer:
    """Log in by name or address. The answer does not say which part was wrong."""
    if (body.username is None) == (body.email is None):
        raise InvalidInput("Give a name or an address.", fields={"username": "Give either username or email."})
    signed_in = await api.accounts.log_in(
        body.username or body.email or "", body.password, user_agent=user_agent(request)
    )
    return answer(signed_in)


@routes.post("/logout", status_code=204)
@guard.signed_in
async def log_out(api: Api, asker: Asker, response: Response) -> None:
    """End the session of the token or the cookie, and close its sockets."""
    await api.accounts.log_out(asker)
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax", secure=api.settings.secure)


@routes.post("/session", status_code=204, responses=errors(401, 403))
@guard.public("the ticket, good for one use and a few seconds, proves the log-in")
async def begin_session(api: Api, request: Request, body: Ticket, response: Response) -> None:
    """Exchange the ticket of a log-in for the session cookie. Needs the header that only the own page can send."""
    check_same_site(request)
    token = await api.accounts.redeem_ticket(body.ticket)
    keep_session(api, response, token)


@routes.get("/me")
@guard.signed_in
async def me(asker: Asker) -> MeAnswer:
    """Return the asker's own account."""
    return {"user": account_to_wire(asker.user)}


def answer(signed_in: SignedIn) -> SignedInAnswer:
    """Return what a fresh log-in is answered with."""
    return {"token": signed_in.token, "user": account_to_wire(signed_in.user)}


def user_agent(request: Request) -> str:
    """Return what the asking program says of itself."""
    return request.headers.get("user-agent", "")


def keep_session(api: Api, response: Response, token: str) -> None:
    """Give the browser the session's cookie."""
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=api.settings.session_days * 24 * 3600,
        path="/",
        httponly=True,
        samesite="lax",
        secure=api.settings.secure,
    )
