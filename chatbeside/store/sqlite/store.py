"""The embedded store: everything in one SQLite file."""

from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from chatbeside.domain.moderation import Measures
from chatbeside.store.records import KEYS
from chatbeside.store.sqlite.assistant import (
    SqliteAnswers,
    SqliteCitations,
    SqliteConfig,
    SqliteReminders,
    SqliteUsages,
)
from chatbeside.store.sqlite.audit import SqliteAudit
from chatbeside.store.sqlite.calls import SqliteCalls
from chatbeside.store.sqlite.engine import Engine
from chatbeside.store.sqlite.files import SqliteFiles
from chatbeside.store.sqlite.group_calls import SqliteGroupCalls
from chatbeside.store.sqlite.invites import SqliteInvites
from chatbeside.store.sqlite.measures import measures
from chatbeside.store.sqlite.members import SqliteMembers
from chatbeside.store.sqlite.messages import SqliteMessages
from chatbeside.store.sqlite.moderation import SqliteBlocks, SqliteReports
from chatbeside.store.sqlite.proofs import SqliteIdentities, SqliteOneTimes, SqliteSecondFactors
from chatbeside.store.sqlite.push import SqlitePush
from chatbeside.store.sqlite.receipts import SqliteReceipts
from chatbeside.store.sqlite.rooms import SqliteRooms
from chatbeside.store.sqlite.sessions import SqliteSessions
from chatbeside.store.sqlite.table import Table
from chatbeside.store.sqlite.users import SqliteUsers


class SqliteStore:
    """See :class:`chatbeside.store.interfaces.Store`.

    Args:
        path: The database file; it and its folder are made when they are missing.
    """

    def __init__(self, path: Path) -> None:
        self._engine = Engine(path)
        self.users = SqliteUsers(self._engine)
        self.sessions = SqliteSessions(self._engine)
        self.rooms = SqliteRooms(self._engine)
        self.members = SqliteMembers(self._engine)
        self.receipts = SqliteReceipts(self._engine)
        self.messages = SqliteMessages(self._engine)
        self.config = SqliteConfig(self._engine)
        self.usage = SqliteUsages(self._engine)
        self.reminders = SqliteReminders(self._engine)
        self.answers = SqliteAnswers(self._engine)
        self.citations = SqliteCitations(self._engine)
        self.calls = SqliteCalls(self._engine)
        self.group_calls = SqliteGroupCalls(self._engine)
        self.invites = SqliteInvites(self._engine)
        self.files = SqliteFiles(self._engine)
        self.push = SqlitePush(self._engine)
        self.audit = SqliteAudit(self._engine)
        self.blocks = SqliteBlocks(self._engine)
        self.reports = SqliteReports(self._engine)
        self.onetimes = SqliteOneTimes(self._engine)
        self.factors = SqliteSecondFactors(self._engine)
        self.identities = SqliteIdentities(self._engine)
        self._tables: Mapping[str, Table[Any]] = {
            "users": self.users.table,
            "sessions": self.sessions.table,
            "rooms": self.rooms.table,
            "members": self.members.table,
            "receipts": self.receipts.table,
            "messages": self.messages.table,
            "config": self.config.table,
            "usage": self.usage.table,
            "reminders": self.reminders.table,
            "answers": self.answers.table,
            "citations": self.citations.table,
            "calls": self.calls.table,
            "group_calls": self.group_calls.table,
            "invites": self.invites.table,
            "files": self.files.table,
            "push": self.push.table,
            "audit": self.audit.table,
            "blocks": self.blocks.table,
            "reports": self.reports.table,
            "onetimes": self.onetimes.table,
            "factors": self.factors.table,
            "identities": self.identities.table,
        }

    async def open(self) -> None:
        await self._engine.open()

    async def close(self) -> None:
        await self._engine.close()

    async def check(self) -> None:
        await self._engine.read(
            lambda connection: connection.execute("SELECT count(*) FROM users WHERE id = ''").fetchone()
        )

    async def measure(self) -> Measures:
        return await self._engine.read(measures)

    async def dump(self, noun: str) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        table = self._tables[noun]
        after: tuple[Any, ...] | None = None
        while batch := await self._engine.read(partial(table.dump, after=after)):
            yield batch
            after = tuple(batch[-1][name] for name in KEYS[noun])

    async def load(self, noun: str, records: Sequence[Mapping[str, Any]]) -> None:
        await self._engine.write(lambda connection: self._tables[noun].load(connection, records))
