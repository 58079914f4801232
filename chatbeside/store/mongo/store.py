"""The store on MongoDB, or on anything that speaks its protocol."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from chatbeside.domain.moderation import Measures
from chatbeside.store.interfaces import StoreUnavailable
from chatbeside.store.mongo import search
from chatbeside.store.mongo.assistant import MongoAnswers, MongoCitations, MongoConfig, MongoReminders, MongoUsages
from chatbeside.store.mongo.audit import MongoAudit
from chatbeside.store.mongo.calls import MongoCalls
from chatbeside.store.mongo.client import Connection, answering
from chatbeside.store.mongo.collection import Collection
from chatbeside.store.mongo.files import MongoFiles
from chatbeside.store.mongo.group_calls import MongoGroupCalls
from chatbeside.store.mongo.invites import MongoInvites
from chatbeside.store.mongo.measures import measures
from chatbeside.store.mongo.members import MongoMembers
from chatbeside.store.mongo.messages import MongoMessages
from chatbeside.store.mongo.moderation import MongoBlocks, MongoReports
from chatbeside.store.mongo.proofs import MongoIdentities, MongoOneTimes, MongoSecondFactors
from chatbeside.store.mongo.push import MongoPush
from chatbeside.store.mongo.receipts import MongoReceipts
from chatbeside.store.mongo.rooms import MongoRooms
from chatbeside.store.mongo.sessions import MongoSessions
from chatbeside.store.mongo.users import MongoUsers
from chatbeside.store.records import KEYS

VERSION = 1
"""The form of the documents. A newer chatbeside raises it; an older one then refuses to open the database."""


class MongoStore:
    """See :class:`chatbeside.store.interfaces.Store`.

    Writes wait for a majority of a replica set, unless the URI says otherwise.

    Args:
        uri: ``mongodb://`` or ``mongodb+srv://``.
        database: Name of the database; without it the URI's, else ``chatbeside``.
    """

    def __init__(self, uri: str, database: str | None = None) -> None:
        self._connection = Connection(uri, database)
        self.users = MongoUsers(self._connection)
        self.sessions = MongoSessions(self._connection)
        self.rooms = MongoRooms(self._connection)
        self.members = MongoMembers(self._connection)
        self.receipts = MongoReceipts(self._connection)
        self.messages = MongoMessages(self._connection)
        self.config = MongoConfig(self._connection)
        self.usage = MongoUsages(self._connection)
        self.reminders = MongoReminders(self._connection)
        self.answers = MongoAnswers(self._connection)
        self.citations = MongoCitations(self._connection)
        self.calls = MongoCalls(self._connection)
        self.group_calls = MongoGroupCalls(self._connection)
        self.invites = MongoInvites(self._connection)
        self.files = MongoFiles(self._connection)
        self.push = MongoPush(self._connection)
        self.audit = MongoAudit(self._connection)
        self.blocks = MongoBlocks(self._connection)
        self.reports = MongoReports(self._connection)
        self.onetimes = MongoOneTimes(self._connection)
        self.factors = MongoSecondFactors(self._connection)
        self.identities = MongoIdentities(self._connection)
        self._collections: Mapping[str, Collection[Any]] = {
            "users": self.users.collection,
            "sessions": self.sessions.collection,
            "rooms": self.rooms.collection,
            "members": self.members.collection,
            "receipts": self.receipts.collection,
            "messages": self.messages.collection,
            "config": self.config.collection,
            "usage": self.usage.collection,
            "reminders": self.reminders.collection,
            "answers": self.answers.collection,
            "citations": self.citations.collection,
            "calls": self.calls.collection,
            "group_calls": self.group_calls.collection,
            "invites": self.invites.collection,
            "files": self.files.collection,
            "push": self.push.collection,
            "audit": self.audit.collection,
            "blocks": self.blocks.collection,
            "reports": self.reports.collection,
            "onetimes": self.onetimes.collection,
            "factors": self.factors.collection,
            "identities": self.identities.collection,
        }

    async def open(self) -> None:
        await asyncio.to_thread(self._connection.open)
        try:
            await self._check_version()
            await search.fill(self._connection, self.messages.collection)
            for collection in self._collections.values():
                await collection.prepare()
            await search.filled(self._connection)
        except BaseException:
            await self._connection.close()
            raise

    async def close(self) -> None:
        await self._connection.close()

    async def check(self) -> None:
        await self.users.get("")

    async def measure(self) -> Measures:
        return await measures(self._connection)

    async def dump(self, noun: str) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
        collection = self._collections[noun]
        after: tuple[Any, ...] | None = None
        while batch := await collection.dump(after):
            yield batch
            after = tuple(batch[-1][name] for name in KEYS[noun])

    async def load(self, noun: str, records: Sequence[Mapping[str, Any]]) -> None:
        await self._collections[noun].load(records)

    async def _check_version(self) -> None:
        with answering():
            meta = self._connection.collection("meta")
            await meta.update_one({"_id": "schema"}, {"$max": {"version": VERSION}}, upsert=True)
            found = (await meta.find_one({"_id": "schema"}))["version"]
        if found > VERSION:
            raise StoreUnavailable(
                f"The database has version {found}, but this chatbeside knows only {VERSION}. Use a newer chatbeside."
            )
