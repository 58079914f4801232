"""What a store must do, one interface a noun. Both adapters pass the same contract tests.

Every method is atomic by itself; nothing asks for a transaction over two of them, because a
standalone MongoDB has none. When a write returns, it is on disk (or, with MongoDB, acknowledged).
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from chatbeside.domain.files import StoredFile
from chatbeside.domain.models import Invite, Member, Receipt, Room, Session, User
from chatbeside.domain.moderation import Measures
from chatbeside.store.interfaces_assistant import Answers, Citations, Config, Reminders, Usages
from chatbeside.store.interfaces_audit import Audit
from chatbeside.store.interfaces_calls import Calls, GroupCalls
from chatbeside.store.interfaces_messages import Messages
from chatbeside.store.interfaces_moderation import Blocks, Reports
from chatbeside.store.interfaces_proofs import Identities, OneTimes, SecondFactors
from chatbeside.store.interfaces_push import Push


class Taken(Exception):
    """A unique value is in use already.

    Args:
        field: Which one: ``username``, ``email``, ``pair`` or ``id``.
    """

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class StoreUnavailable(Exception):
    """The database does not answer or cannot write now.

    Nothing was stored; only when the connection to a server broke while it wrote, that is not known.
    Then it can be asked for again: messages, pointers and memberships are not stored twice.
    """


class Users(Protocol):
    """Accounts."""

    async def add(self, user: User) -> None:
        """Store a new account. Raises :class:`Taken` for ``username`` or ``email``."""

    async def get(self, user_id: str) -> User | None:
        """Return the account with this id."""

    async def get_many(self, user_ids: Iterable[str]) -> dict[str, User]:
        """Return the accounts that exist among ``user_ids``, by id."""

    async def by_username(self, username_key: str) -> User | None:
        """Return the account with this ``username_key``."""

    async def by_email(self, email_key: str) -> User | None:
        """Return the account with this ``email_key``."""

    async def search(self, prefix: str, *, limit: int, after: str = "", closed: bool = False) -> list[User]:
        """Return accounts whose ``username_key`` begins with ``prefix`` and follows ``after``, in that order.

        Only active ones, unless ``closed`` asks for all.
        """

    async def administrators(self) -> list[User]:
        """Return the active accounts that administer the server, by id."""

    async def update(self, user_id: str, changes: Mapping[str, Any]) -> User | None:
        """Set the named fields of :class:`User` and return the result. Raises :class:`Taken`."""

    async def count(self) -> int:
        """Return how many active accounts of people there are, bots left out."""


class Sessions(Protocol):
    """Log-ins."""

    async def add(self, session: Session) -> None:
        """Store a new session."""

    async def get(self, session_id: str) -> Session | None:
        """Return the session, revoked or expired ones too."""

    async def of_user(self, user_id: str) -> list[Session]:
        """Return the sessions of a person that are not revoked, newest first."""

    async def touch(self, session_id: str, seen_at: datetime) -> None:
        """Move ``last_seen_at`` forward."""

    async def revoke(self, session_id: str, at: datetime) -> bool:
        """End the session; return whether it was alive."""


class Rooms(Protocol):
    """Conversations."""

    async def add(self, room: Room) -> None:
        """Store a new room. Raises :class:`Taken` for ``pair``."""

    async def get(self, room_id: str) -> Room | None:
        """Return the room with this id."""

    async def get_many(self, room_ids: Iterable[str]) -> dict[str, Room]:
        """Return the rooms that exist among ``room_ids``, by id."""

    async def by_pair(self, pair: str) -> Room | None:
        """Return the direct conversation with this pair key."""

    async def public(self, *, prefix: str = "", limit: int, after: str = "", after_id: str = "") -> list[Room]:
        """Return public rooms that are not archived and whose name begins with ``prefix``, by case-folded name and id.

        Args:
            prefix: Case-folded beginning of the name.
            limit: Most rooms to return.
            after: Case-folded name of the last room seen; only later ones are returned.
            after_id: Id of the last room seen; with it, rooms of the same name are not skipped.
        """

    async def groups(self, *, limit: int, after: str = "", after_id: str = "") -> list[Room]:
        """Return group rooms, archived ones too, by case-folded name and id; ``after`` as in :meth:`public`."""

    async def update(self, room_id: str, changes: Mapping[str, Any]) -> Room | None:
        """Set the named fields of :class:`Room` and return the result."""


class Members(Protocol):
    """Who is in which room."""

    async def add(self, member: Member) -> bool:
        """Store a membership; return ``False``, and change nothing, when it exists."""

    async def remove(self, room_id: str, user_id: str) -> bool:
        """End a membership; return whether there was one."""

    async def get(self, room_id: str, user_id: str) -> Member | None:
        """Return one membership."""

    async def of_room(self, room_id: str, *, limit: int = 1000, after: str = "") -> list[Member]:
        """Return the members of a room by user id, those after ``after``."""

    async def leading(self, room_id: str) -> list[Member]:
        """Return the owner and the admins of a room, by user id."""

    async def among(self, room_id: str, user_ids: Iterable[str]) -> set[str]:
        """Return which of these people are in a room."""

    async def of_user(self, user_id: str) -> list[Member]:
        """Return the memberships of a person."""

    async def count(self, room_id: str) -> int:
        """Return how many members a room has."""

    async def counts(self, room_ids: Iterable[str]) -> dict[str, int]:
        """Return how many members each of these rooms has; one without members is left out."""

    async def update(self, room_id: str, user_id: str, changes: Mapping[str, Any]) -> Member | None:
        """Set the named fields of :class:`Member` and return the result."""


class Receipts(Protocol):
    """Read and delivery pointers."""

    async def get(self, room_id: str, user_id: str) -> Receipt:
        """Return a person's pointers in a room; zeros when they have none yet."""

    async def advance(self, room_id: str, user_id: str, *, read_seq: int = 0, delivered_seq: int = 0) -> Receipt:
        """Raise the pointers to at least these values, never lower them, and return what holds now."""

    async def of_members(self, room_ids: Iterable[str]) -> dict[str, list[Receipt]]:
        """Return the pointers of those who are in these rooms now, by room and user id.

        There are as many as members in all the rooms, so ask for small ones. A room without any is left out.
        """

    async def of_user(self, user_id: str) -> dict[str, Receipt]:
        """Return a person's pointers by room id."""


class Invites(Protocol):
    """Ways into rooms."""

    async def add(self, invite: Invite) -> None:
        """Store a new invite."""

    async def get(self, invite_id: str) -> Invite | None:
        """Return one invite, used up, expired and revoked ones too."""

    async def of_room(self, room_id: str) -> list[Invite]:
        """Return a room's invites that are not revoked, oldest first."""

    async def use(self, invite_id: str) -> bool:
        """Take one use if the invite is not revoked and has one left; return whether it was so."""

    async def revoke(self, invite_id: str, at: datetime) -> bool:
        """Let nobody in by it any more; return whether it was not revoked before."""


class Files(Protocol):
    """What is known of stored files; their content is in :mod:`chatbeside.store.blobs`."""

    async def add(self, file: StoredFile) -> None:
        """Store a new file."""

    async def get(self, file_id: str) -> StoredFile | None:
        """Return one file."""

    async def get_many(self, file_ids: Iterable[str]) -> dict[str, StoredFile]:
        """Return the files that exist among ``file_ids``, by id."""

    async def claim(self, file_id: str, uploader_id: str, message_id: str) -> bool:
        """Give a file of this person to a message; return whether it is that message's now.

        It stays what it is when it was given to another message before.
        """

    async def release(self, file_id: str, message_id: str) -> bool:
        """Take a file back from a message that was not stored; return whether it was that message's."""

    async def settle(self, file_ids: Sequence[str], at: datetime | None) -> None:
        """Set ``sent_at`` of files; with ``None`` they are unsettled again."""

    async def unsettled(self, before: datetime, *, limit: int) -> list[StoredFile]:
        """Return files without ``sent_at`` that were uploaded before this moment, oldest first."""

    async def count_unsettled(self, uploader_id: str, *, limit: int) -> int:
        """Count, up to ``limit``, files of a person without ``sent_at``."""

    async def remove(self, file_id: str) -> bool:
        """Forget a file; return whether it was known."""


class Store(Protocol):
    """A database with everything in it."""

    @property
    def users(self) -> Users:
        """Accounts."""

    @property
    def sessions(self) -> Sessions:
        """Log-ins."""

    @property
    def rooms(self) -> Rooms:
        """Conversations."""

    @property
    def members(self) -> Members:
        """Who is in which room."""

    @property
    def receipts(self) -> Receipts:
        """Read and delivery pointers."""

    @property
    def messages(self) -> Messages:
        """Timelines."""

    @property
    def config(self) -> Config:
        """Settings that administrators change."""

    @property
    def usage(self) -> Usages:
        """What the assistant's answers took."""

    @property
    def reminders(self) -> Reminders:
        """What the assistant shall say later."""

    @property
    def answers(self) -> Answers:
        """Answers that are being written."""

    @property
    def citations(self) -> Citations:
        """Which answers rest on which messages."""

    @property
    def calls(self) -> Calls:
        """Calls of two people."""

    @property
    def group_calls(self) -> GroupCalls:
        """Calls of rooms."""

    @property
    def invites(self) -> Invites:
        """Ways into rooms."""

    @property
    def files(self) -> Files:
        """What is known of stored files."""

    @property
    def push(self) -> Push:
        """Browsers that want to be told of messages."""

    @property
    def onetimes(self) -> OneTimes:
        """What works once."""

    @property
    def factors(self) -> SecondFactors:
        """Authenticator apps."""

    @property
    def identities(self) -> Identities:
        """Accounts elsewhere."""

    @property
    def audit(self) -> Audit:
        """Security events."""

    @property
    def blocks(self) -> Blocks:
        """Who wants to hear nothing from whom."""

    @property
    def reports(self) -> Reports:
        """What people have reported."""

    async def measure(self) -> Measures:
        """Return how much there is. It may take a moment in a large database."""

    async def open(self) -> None:
        """Connect, and bring the schema and the indexes up to date."""

    async def close(self) -> None:
        """Finish what was accepted and disconnect."""

    async def check(self) -> None:
        """Answer when the database can be read now. Raises :class:`StoreUnavailable`."""

    def dump(self, noun: str) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        """Yield every record of ``noun`` (``users``, ``rooms``, ...) in batches, in a stable order, as plain values.

        For copying into another store and for backups. The form is the same for every adapter.
        """

    async def load(self, noun: str, records: Sequence[Mapping[str, Any]]) -> None:
        """Store records that :meth:`dump` gave, as they are. Loading the same again changes nothing."""


NOUNS = (
    "users",
    "sessions",
    "rooms",
    "members",
    "receipts",
    "messages",
    "config",
    "usage",
    "reminders",
    "answers",
    "citations",
    "calls",
    "group_calls",
    "invites",
    "files",
    "push",
    "audit",
    "blocks",
    "reports",
    "onetimes",
    "factors",
    "identities",
)
"""Every noun of :meth:`Store.dump`, in an order in which they can be loaded."""
