"""All services of a process, made in one place."""

from dataclasses import dataclass

from chatbeside.domain.clock import Clock, now
from chatbeside.services.access import Access
from chatbeside.services.accounts import Accounts
from chatbeside.services.events import Publisher
from chatbeside.services.messages import Messages
from chatbeside.services.passwords import Passwords
from chatbeside.services.people import People
from chatbeside.services.receipts import Receipts
from chatbeside.services.rooms import Rooms
from chatbeside.services.secrets import load_secret
from chatbeside.services.tokens import Tokens
from chatbeside.settings import Settings
from chatbeside.store.interfaces import Store


@dataclass(frozen=True, slots=True)
class Services:
    """What every door (page, REST, socket) works with."""

    accounts: Accounts
    people: People
    rooms: Rooms
    messages: Messages
    receipts: Receipts
    access: Access
    passwords: Passwords
    settings: Settings
    store: Store
    publisher: Publisher

    @classmethod
    def build(
        cls,
        store: Store,
        settings: Settings,
        publisher: Publisher,
        clock: Clock = now,
        passwords: Passwords | None = None,
    ) -> "Services":
        """Make the services. Reads, or makes, the secret in the data folder.

        Args:
            store: Where everything is kept; opened by :meth:`start`.
            settings: The settings of this process.
            publisher: Hears of every change after it is stored.
            clock: The present moment.
            passwords: How passwords are hashed; tests pass a cheap way.
        """
        passwords = passwords or Passwords(settings.hash_threads)
        access = Access(store)
        receipts = Receipts(store, access, publisher)
        return cls(
            accounts=Accounts(
                store=store,
                settings=settings,
                publisher=publisher,
                clock=clock,
                passwords=passwords,
                tokens=Tokens(load_secret(settings.data), clock),
            ),
            people=People(store),
            rooms=Rooms(store, access, publisher, clock),
            messages=Messages(
                store=store,
                settings=settings,
                access=access,
                receipts=receipts,
                publisher=publisher,
                clock=clock,
            ),
            receipts=receipts,
            access=access,
            passwords=passwords,
            settings=settings,
            store=store,
            publisher=publisher,
        )

    async def start(self) -> None:
        """Open the store."""
        await self.store.open()

    async def stop(self) -> None:
        """Finish what was begun and close the store."""
        self.passwords.close()
        await self.store.close()
