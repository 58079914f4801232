"""A mail server on loopback that keeps what it gets."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

PATIENCE = 30


class Inbox:
    """What arrived, in order."""

    def __init__(self) -> None:
        self._mails: queue.Queue[EmailMessage] = queue.Queue()
        self.port = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = BytesParser(policy=default).parsebytes(envelope.content)
        assert isinstance(message, EmailMessage)
        self._mails.put(message)
        return "250 OK"

    def take(self) -> EmailMessage:
        """Return the next mail; wait for it."""
        return self._mails.get(timeout=PATIENCE)

    @property
    def empty(self) -> bool:
        return self._mails.empty()


class _Controller(Controller):
    """Port 0 is any that is free: where it knocks to see whether it is up is known only then."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(*, user: str = "", password: str = "") -> Iterator[Inbox]:
    """Serve SMTP on a free port; with a user only to who knows the password."""

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    inbox = Inbox()
    guarded = {"authenticator": check, "auth_required": True, "auth_require_tls": False} if user else {}
    controller = _Controller(inbox, hostname="127.0.0.1", port=0, **guarded)
    controller.start()
    try:
        inbox.port = controller.port
        yield inbox
    finally:
        controller.stop()
