"""All services of a process, made in one place."""

from dataclasses import dataclass

from chatbeside.domain.clock import Clock, now
from chatbeside.services import metrics
from chatbeside.services.access import Access
from chatbeside.services.accounts import Accounts
from chatbeside.services.administration import Administration
from chatbeside.services.assistant import Assistant
from chatbeside.services.assistant.voices import VoiceCalls
from chatbeside.services.audit import AuditLog
from chatbeside.services.avatars import Avatars
from chatbeside.services.blocks import Blocks
from chatbeside.services.bus import Alone, Bus
from chatbeside.services.calls import Calls
from chatbeside.services.captions import Captions
from chatbeside.services.changes import Changes
from chatbeside.services.echo import EchoCalls
from chatbeside.services.events import Publisher, Relay
from chatbeside.services.files import Files
from chatbeside.services.group_calls import GroupCalls
from chatbeside.services.invites import Invites
from chatbeside.services.leaving import Leaving
from chatbeside.services.limits import Limits
from chatbeside.services.lines import Lines
from chatbeside.services.media import Media, NoMedia
from chatbeside.services.messages import Messages
from chatbeside.services.oidc import Oidc
from chatbeside.services.own_account import OwnAccount
from chatbeside.services.owners import Owners
from chatbeside.services.passwords import Passwords
from chatbeside.services.people import People
from chatbeside.services.previews import Previews
from chatbeside.services.push import Push
from chatbeside.services.push.keys import Vapid
from chatbeside.services.receipts import Receipts
from chatbeside.services.recordings import Recordings
from chatbeside.services.reports import Reports
from chatbeside.services.resets import Resets
from chatbeside.services.rooms import Rooms
from chatbeside.services.rooms_group import Groups
from chatbeside.services.search import Finder
from chatbeside.services.second_factor import SecondFactors
from chatbeside.services.secrets import secret_of
from chatbeside.services.sessions import Sessions
from chatbeside.services.takeout import Takeout
from chatbeside.services.tokens import Tokens
from chatbeside.settings import Settings
from chatbeside.store.blobs import Blobs, make_blobs, make_incoming
from chatbeside.store.interfaces import Store


@dataclass(frozen=True, slots=True)
class Services:
    """What every door (page, REST, socket) works with."""

    accounts: Accounts
    audit: AuditLog
    blocks: Blocks
    reports: Reports
    administration: Administration
    sessions: Sessions
    own_account: OwnAccount
    resets: Resets
    limits: Limits
    factors: SecondFactors
    oidc: Oidc
    leaving: Leaving
    takeout: Takeout
    people: People
    rooms: Rooms
    groups: Groups
    invites: Invites
    messages: Messages
    changes: Changes
    finder: Finder
    receipts: Receipts
    files: Files
    avatars: Avatars
    assistant: Assistant
    previews: Previews
    push: Push
    calls: Calls
    voices: VoiceCalls
    recordings: Recordings
    captions: Captions
    echo: EchoCalls
    group_calls: GroupCalls
    media: Media
    access: Access
    passwords: Passwords
    settings: Settings
    store: Store
    publisher: Publisher
    bus: Bus

    @classmethod
    def build(
        cls,
        store: Store,
        settings: Settings,
        publisher: Publisher,
        clock: Clock = now,
        passwords: Passwords | None = None,
        *,
        blobs: Blobs | None = None,
        media: Media | None = None,
        bus: Bus | None = None,
        limits: Limits | None = None,
    ) -> "Services":
        """Make the services. Reads, or makes, the secret in the data folder.

        Args:
            store: Where everything is kept; opened by :meth:`start`.
            settings: The settings of this process.
            publisher: Hears of every change after it is stored.
            clock: The present moment.
            passwords: How passwords are hashed; tests pass a cheap way.
            blobs: Where the content of files is kept, in place of what the settings name.
            media: The media worker; without one, what needs it is refused.
            bus: How this worker talks to others; ``None`` when it is the only one.
            limits: How often things may be done; tests pass their own clock in it.
        """
        bus = bus or Alone()
        owners = Owners(bus)
        passwords = passwords or Passwords(settings.hash_threads)
        media = media or NoMedia()
        secret = secret_of(settings)
        access = Access(store)
        limits = limits or Limits(settings)
        audit = AuditLog(store=store, settings=settings, clock=clock)
        blocks = Blocks(store=store, publisher=publisher, clock=clock)
        receipts = Receipts(store, access, publisher)
        rooms = Rooms(store, access, publisher, clock)
        files = Files(
            store=store,
            blobs=blobs or make_blobs(settings),
            incoming=make_incoming(settings),
            settings=settings,
            access=access,
            clock=clock,
            limits=limits,
        )
        messages = Messages(
            store=store,
            settings=settings,
            access=access,
            receipts=receipts,
            files=files,
            publisher=publisher,
            clock=clock,
            limits=limits,
            blocks=blocks,
        )
        previews = Previews(store=store, messages=messages, settings=settings, limits=limits, clock=clock)
        push = Push(store=store, vapid=Vapid.of(settings), clock=clock)
        people = People(store)
        assistant = Assistant(
            store=store,
            settings=settings,
            access=access,
            rooms=rooms,
            messages=messages,
            files=files,
            publisher=publisher,
            clock=clock,
            secret=secret,
            audit=audit,
            bus=bus,
        )
        group_calls = GroupCalls(
            store=store,
            settings=settings,
            access=access,
            messages=messages,
            media=media,
            publisher=publisher,
            clock=clock,
            bus=bus,
            owners=owners,
            limits=limits,
        )
        voices = VoiceCalls(assistant=assistant, store=store, messages=messages, media=media)
        calls = Calls(
            store=store,
            settings=settings,
            access=access,
            people=people,
            rooms=rooms,
            messages=messages,
            publisher=publisher,
            clock=clock,
            bus=bus,
            limits=limits,
            blocks=blocks,
            owners=owners,
            answering=voices,
        )
        voices.attach(calls)
        recordings = Recordings(
            store=store,
            settings=settings,
            media=media,
            calls=calls,
            files=files,
            messages=messages,
            publisher=publisher,
            clock=clock,
            limits=limits,
            owners=owners,
        )
        captions = Captions(
            calls=calls, assistant=assistant, store=store, messages=messages, media=media, limits=limits, bus=bus
        )
        if isinstance(publisher, Relay):
            publisher.listen(group_calls)
            publisher.listen(recordings)
            publisher.listen(assistant)
            publisher.listen(voices)
            publisher.listen(captions)
            publisher.listen(previews)
            publisher.listen(push)
            publisher.listen(metrics.Counting())
        sessions = Sessions(store=store, publisher=publisher, clock=clock, audit=audit, bus=bus)
        own_account = OwnAccount(
            store=store,
            sessions=sessions,
            passwords=passwords,
            publisher=publisher,
            clock=clock,
            limits=limits,
            audit=audit,
            bus=bus,
        )
        factors = SecondFactors(
            store=store, own_account=own_account, clock=clock, audit=audit, limits=limits, secret=secret
        )
        groups = Groups(
            store=store,
            access=access,
            lines=Lines(messages),
            publisher=publisher,
            clock=clock,
            audit=audit,
            limits=limits,
            bus=bus,
            blocks=blocks,
        )
        invites = Invites(store=store, access=access, groups=groups, clock=clock, audit=audit, limits=limits)
        changes = Changes(
            store=store,
            settings=settings,
            access=access,
            messages=messages,
            files=files,
            clock=clock,
            limits=limits,
            blocks=blocks,
        )
        administration = Administration(
            store=store, settings=settings, sessions=sessions, publisher=publisher, clock=clock, audit=audit, bus=bus
        )
        accounts = Accounts(
            store=store,
            settings=settings,
            publisher=publisher,
            clock=clock,
            passwords=passwords,
            tokens=Tokens(secret, clock),
            audit=audit,
            bus=bus,
            limits=limits,
            factors=factors,
        )
        oidc = Oidc(store=store, settings=settings, accounts=accounts, clock=clock, audit=audit, bus=bus, secret=secret)
        return cls(
            accounts=accounts,
            oidc=oidc,
            leaving=Leaving(
                store=store,
                own_account=own_account,
                factors=factors,
                sessions=sessions,
                changes=changes,
                files=files,
                groups=groups,
                lines=Lines(messages),
                publisher=publisher,
                clock=clock,
                audit=audit,
                bus=bus,
            ),
            takeout=Takeout(store=store, files=files, sessions=sessions, clock=clock, audit=audit),
            audit=audit,
            blocks=blocks,
            administration=administration,
            reports=Reports(
                store=store,
                access=access,
                changes=changes,
                administration=administration,
                audit=audit,
                limits=limits,
                clock=clock,
            ),
            sessions=sessions,
            own_account=own_account,
            resets=Resets(
                store=store, settings=settings, own_account=own_account, clock=clock, audit=audit, limits=limits
            ),
            limits=limits,
            factors=factors,
            people=people,
            rooms=rooms,
            groups=groups,
            invites=invites,
            avatars=Avatars(
                store=store,
                files=files,
                access=access,
                invites=invites,
                lines=Lines(messages),
                publisher=publisher,
                clock=clock,
            ),
            messages=messages,
            changes=changes,
            finder=Finder(store, access, limits),
            receipts=receipts,
            files=files,
            assistant=assistant,
            previews=previews,
            push=push,
            calls=calls,
            voices=voices,
            recordings=recordings,
            captions=captions,
            echo=EchoCalls(media=media, settings=settings, clock=clock, limits=limits),
            group_calls=group_calls,
            media=media,
            access=access,
            passwords=passwords,
            settings=settings,
            store=store,
            publisher=publisher,
            bus=bus,
        )

    async def start(self) -> None:
        """Open the store and let the assistant begin."""
        await self.store.open()
        await self.audit.start()
        await self.bus.start()
        await self.resets.start()
        await self.files.start()
        await self.calls.start()
        await self.group_calls.start()
        await self.recordings.start()
        await self.assistant.start()
        await self.previews.start()
        await self.push.start()

    async def stop(self) -> None:
        """Finish what was begun and close the store."""
        await self.push.stop()
        await self.previews.stop()
        await self.captions.stop()
        await self.voices.stop()
        await self.assistant.stop()
        await self.recordings.stop()
        await self.group_calls.stop()
        await self.calls.stop()
        await self.files.stop()
        await self.resets.stop()
        await self.audit.stop()
        await self.bus.stop()
        self.passwords.close()
        await self.limits.close()
        await self.store.close()
