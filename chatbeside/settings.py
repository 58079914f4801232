"""Every setting, read once from the environment. scripts/settings_table.py makes README.md's table from it."""

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chatbeside.domain.limits import Table, limits_from


class Settings(BaseSettings):
    """What can be set from outside. Names in the environment are the aliases; everything has a default."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    data: Path = Field(
        Path(".chatbeside"), alias="CHATBESIDE_DATA", description="Folder for the database, files and secrets."
    )
    host: str = Field("127.0.0.1", alias="CHATBESIDE_HOST", description="Address to listen on.")
    port: int = Field(3000, alias="PORT", ge=1, le=65535, description="Port to listen on.")
    public_url: str | None = Field(
        None,
        alias="CHATBESIDE_URL",
        description="Address people use, for example https://chat.example.org. "
        "Cookies are marked secure when it begins with https.",
    )
    mongodb_uri: SecretStr | None = Field(
        None, alias="MONGODB_URI", description="MongoDB to use in place of the embedded SQLite store."
    )
    redis_url: SecretStr | None = Field(
        None, alias="REDIS_URL", description="Redis, over which several workers talk: redis://name:6379/0."
    )
    workers: int = Field(
        1,
        alias="CHATBESIDE_WORKERS",
        ge=1,
        le=64,
        description="Server processes on this machine; more than one needs `REDIS_URL`. One a processor core is right.",
    )
    secret: SecretStr | None = Field(
        None,
        alias="CHATBESIDE_SECRET",
        min_length=32,
        description="What log-ins and entrusted keys rest on: a long random text, for hosts that keep no files and for"
        " several machines with one database. By default made once and kept in the data folder.",
    )
    session_days: int = Field(
        30, alias="CHATBESIDE_SESSION_DAYS", ge=1, le=400, description="Days until a log-in ends by itself."
    )
    audit_days: int = Field(
        365,
        alias="CHATBESIDE_AUDIT_DAYS",
        ge=1,
        le=3650,
        description="Days that the audit log keeps log-ins, changes of rights and other security events.",
    )
    limits_text: str = Field(
        "",
        alias="CHATBESIDE_LIMITS",
        description="How often something may be done, where it differs from docs/protocol.md: for example"
        " `messages=50/10s, searches=off`, or `off`.",
    )
    sockets: int = Field(
        50, alias="CHATBESIDE_SOCKETS", ge=1, le=100_000, description="Most open pages and programs of one person."
    )
    trusted_hops: int = Field(
        0,
        alias="CHATBESIDE_TRUSTED_HOPS",
        ge=0,
        le=10,
        description="Reverse proxies in front of this server that write X-Forwarded-For; without them addresses"
        " are those of connections.",
    )
    max_content: int = Field(
        12_000, alias="CHATBESIDE_MAX_CONTENT", ge=100, le=100_000, description="Most characters in a message."
    )
    max_upload_mb: int = Field(
        50, alias="CHATBESIDE_MAX_UPLOAD_MB", ge=1, le=10_000, description="Most megabytes in an uploaded file."
    )
    files: Literal["", "folder", "gridfs"] = Field(
        "",
        alias="CHATBESIDE_FILES",
        description="Where uploaded files are kept: `folder` (in the data folder) or `gridfs` (in MongoDB)."
        " By default in MongoDB when that is used.",
    )
    page_limit: int = Field(
        200, alias="CHATBESIDE_PAGE_LIMIT", ge=10, le=1000, description="Most messages in one answer."
    )
    link_previews: bool = Field(
        True,
        alias="CHATBESIDE_LINK_PREVIEWS",
        description="Whether this server visits the links in messages to show what they lead to.",
    )
    hash_threads: int = Field(
        2, alias="CHATBESIDE_HASH_THREADS", ge=1, le=64, description="Passwords hashed at the same time."
    )
    assistant: bool = Field(
        True, alias="CHATBESIDE_ASSISTANT", description="Whether the assistant Beside is a member of this chat."
    )
    openai_api_key: SecretStr | None = Field(
        None, alias="OPENAI_API_KEY", description="Key of a language model for the assistant."
    )
    openai_base_url: str | None = Field(
        None,
        alias="OPENAI_BASE_URL",
        description="Address of a service that speaks the OpenAI interface, such as Ollama or vLLM, up to /v1.",
    )
    openai_model: str = Field("gpt-4o-mini", alias="OPENAI_MODEL", description="The language model's name.")
    smtp_url: SecretStr | None = Field(
        None,
        alias="SMTP_URL",
        description="Mail server for forgotten passwords, for example smtp://user:password@mail.example.org:587,"
        " or smtps:// for port 465. Mails name the address in `CHATBESIDE_URL`.",
    )
    smtp_host: str | None = Field(None, alias="SMTP_HOST", description="The mail server, in place of `SMTP_URL`.")
    smtp_port: int | None = Field(
        None, alias="SMTP_PORT", ge=1, le=65535, description="Its port: 587, or 465 for TLS from the start."
    )
    smtp_user: str | None = Field(None, alias="SMTP_USER", description="User name at the mail server.")
    smtp_password: SecretStr | None = Field(None, alias="SMTP_PASSWORD", description="Password at the mail server.")
    smtp_from: str | None = Field(
        None, alias="SMTP_FROM", description="Sender of mails, for example chatbeside@example.org."
    )
    openai_hears: str = Field(
        "",
        alias="OPENAI_TRANSCRIPTION_MODEL",
        description="The model that turns speech into text, for calls with the assistant. Without it none are taken.",
    )
    openai_speaks: str = Field(
        "",
        alias="OPENAI_SPEECH_MODEL",
        description="The model that turns text into speech, for calls with the assistant. Without it none are taken.",
    )
    openai_voice: str = Field("alloy", alias="OPENAI_VOICE", description="The voice of that model.")
    oidc_issuer: str | None = Field(
        None,
        alias="OIDC_ISSUER",
        description="Another provider that people may log in with (OpenID Connect), as it calls itself, for example"
        " https://login.example.org. There, allow the address /api/auth/oidc/callback of this server.",
    )
    oidc_client_id: str | None = Field(None, alias="OIDC_CLIENT_ID", description="This server's name at the provider.")
    oidc_client_secret: SecretStr | None = Field(
        None, alias="OIDC_CLIENT_SECRET", description="Its secret there; none for a public client."
    )
    oidc_name: str = Field(
        "another account", alias="OIDC_NAME", description="What the button at the log-in calls the provider."
    )
    turn_url: str | None = Field(
        None,
        alias="TURN_URL",
        description="Addresses of a TURN server, which carries calls through firewalls, separated by commas,"
        " for example turn:turn.example.org:3478.",
    )
    turn_secret: SecretStr | None = Field(
        None, alias="TURN_SECRET", description="The TURN server's static-auth-secret, for passwords that run out."
    )
    ring_seconds: int = Field(
        45, alias="CHATBESIDE_RING_SECONDS", ge=1, le=45, description="Seconds for which a call rings."
    )
    stun_url: str | None = Field(
        None, alias="STUN_URL", description="Addresses of STUN servers, separated by commas. None are asked otherwise."
    )
    log_format: Literal["text", "json"] = Field(
        "text", alias="CHATBESIDE_LOG_FORMAT", description="How the log is written: `text`, or `json` for machines."
    )
    log_to: Literal["file", "stdout"] = Field(
        "file",
        alias="CHATBESIDE_LOG_TO",
        description="Where it goes: `file` (server.log in the data folder, kept small) or `stdout`, for containers.",
    )
    metrics_token: SecretStr | None = Field(
        None,
        alias="CHATBESIDE_METRICS_TOKEN",
        description="What Prometheus shows to read /api/metrics (Authorization: Bearer). Without it nobody can.",
    )
    allowed_origins: str = Field(
        "",
        alias="CHATBESIDE_ALLOWED_ORIGINS",
        description="Further web origins that may talk to this server, separated by commas.",
    )

    @field_validator("limits_text")
    @classmethod
    def _check_limits(cls, text: str) -> str:
        limits_from(text)
        return text

    @cached_property
    def limits(self) -> Table:
        """How often something may be done."""
        return limits_from(self.limits_text)

    @cached_property
    def frame_most(self) -> int:
        """Most bytes in a Socket.IO frame: 64 kB, more only where the longest message would not fit."""
        return max(64 * 1024, 4 * self.max_content + 8 * 1024)

    @cached_property
    def max_upload(self) -> int:
        """Most bytes in an uploaded file."""
        return self.max_upload_mb * 1024 * 1024

    @cached_property
    def secure(self) -> bool:
        """Whether people reach this server by TLS."""
        return bool(self.public_url and self.public_url.startswith("https://"))

    @property
    def contact(self) -> str:
        """Where push services find whoever runs this server (RFC 8292, section 2.1)."""
        return self.public_url if self.public_url and self.secure else "mailto:webmaster@localhost"

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """Web origins that may talk to this server, beside the one that the page itself came from.

        Without a public address this is somebody's own machine, where ``reflex run`` serves the page on another port.
        """
        listed = [origin.strip().rstrip("/") for origin in self.allowed_origins.split(",")]
        local = [f"http://localhost:{self.port}", f"http://127.0.0.1:{self.port}"]
        own = [self.public_url.rstrip("/")] if self.public_url else local
        return tuple(dict.fromkeys(origin for origin in [*own, *listed] if origin))
