"""Mail that the server sends (SMTP, RFC 5321)."""

import ipaddress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

import aiosmtplib

from chatbeside.settings import Settings

TIMEOUT = 20.0
"""Seconds that a mail server has for each step."""
_TLS_PORT, _PORT = 465, 587
_SCHEMES = ("smtp", "smtps")


class NotSent(Exception):
    """The mail server cannot be reached or does not take the mail."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """How to reach a mail server. ``tls`` from the first byte, else by STARTTLS (RFC 3207) where it is offered.

    A password is given to a server elsewhere only under TLS.
    """

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str | None = None
    tls: bool = False

    @classmethod
    def of(cls, settings: Settings) -> "MailServer | None":
        """Return what the settings say, or ``None`` when they name no mail server.

        Raises:
            ValueError: They cannot be understood.
        """
        if settings.smtp_url is None and not settings.smtp_host:
            return None
        url = urlsplit(settings.smtp_url.get_secret_value() if settings.smtp_url else f"smtp://{settings.smtp_host}")
        if url.scheme not in _SCHEMES or not url.hostname:
            raise ValueError(
                "SMTP_URL must be like smtp://user:password@mail.example.org:587, or smtps:// for port 465."
            )
        tls = url.scheme == "smtps" or (url.port or settings.smtp_port) == _TLS_PORT
        port = url.port or settings.smtp_port or (_TLS_PORT if tls else _PORT)
        password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
        given = {
            "user": unquote(url.username) if url.username else settings.smtp_user,
            "password": unquote(url.password) if url.password else password,
        }
        host = urlsplit(settings.public_url or "").hostname or "localhost"
        return cls(url.hostname, port, settings.smtp_from or f"chatbeside@{host}", tls=tls, **given)

    async def send(self, to: str, subject: str, text: str) -> None:
        """Send a mail of plain text.

        Raises:
            NotSent: It was not taken. The reason names no address and no password.
        """
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message["Date"] = formatdate(usegmt=True)
        message["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2].strip(" >") or "localhost")
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message.set_content(text)
        guarded = bool(self.password) and not _is_here(self.host)
        try:
            await aiosmtplib.send(
                message,
                hostname=self.host,
                port=self.port,
                username=self.user,
                password=self.password,
                use_tls=self.tls,
                start_tls=None if self.tls or not guarded else True,
                timeout=TIMEOUT,
            )
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotSent(type(error).__name__) from error


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
