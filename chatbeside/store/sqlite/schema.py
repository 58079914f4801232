"""The tables, as steps from one version to the next. A step that has been released is never edited."""

import sqlite3
from collections.abc import Sequence

from chatbeside.store.interfaces import StoreUnavailable
from chatbeside.store.sqlite import search

Step = Sequence[str]

_FIRST: Step = (
    """
    CREATE TABLE users (
        id TEXT NOT NULL PRIMARY KEY, username TEXT NOT NULL, username_key TEXT NOT NULL, created_at INTEGER NOT NULL,
        email TEXT, email_key TEXT, password_hash TEXT, bot INTEGER NOT NULL, administrator INTEGER NOT NULL,
        display_name TEXT, avatar TEXT, preferences TEXT NOT NULL, deactivated_at INTEGER
    )
    """,
    "CREATE UNIQUE INDEX users_username ON users (username_key)",
    "CREATE UNIQUE INDEX users_email ON users (email_key) WHERE email_key IS NOT NULL",
    "CREATE INDEX users_bot ON users (bot)",
    """
    CREATE TABLE sessions (
        id TEXT NOT NULL PRIMARY KEY, user_id TEXT NOT NULL, created_at INTEGER NOT NULL,
        last_seen_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, user_agent TEXT NOT NULL, revoked_at INTEGER
    )
    """,
    "CREATE INDEX sessions_alive ON sessions (user_id, created_at, id) WHERE revoked_at IS NULL",
    """
    CREATE TABLE rooms (
        id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, created_at INTEGER NOT NULL, created_by TEXT NOT NULL,
        name TEXT NOT NULL, topic TEXT NOT NULL, public INTEGER NOT NULL, pair TEXT, avatar TEXT,
        archived_at INTEGER, preferences TEXT NOT NULL, name_key TEXT NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX rooms_pair ON rooms (pair) WHERE pair IS NOT NULL",
    "CREATE INDEX rooms_public ON rooms (name_key, id) WHERE public = 1 AND archived_at IS NULL",
    """
    CREATE TABLE members (
        room_id TEXT NOT NULL, user_id TEXT NOT NULL, role TEXT NOT NULL, joined_at INTEGER NOT NULL,
        pinned INTEGER NOT NULL, muted INTEGER NOT NULL, notify TEXT NOT NULL,
        PRIMARY KEY (room_id, user_id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX members_user ON members (user_id, room_id)",
    """
    CREATE TABLE receipts (
        room_id TEXT NOT NULL, user_id TEXT NOT NULL, read_seq INTEGER NOT NULL, delivered_seq INTEGER NOT NULL,
        PRIMARY KEY (room_id, user_id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX receipts_user ON receipts (user_id, room_id)",
    # counts: whether the message can make its room unread, see timeline.counts.
    """
    CREATE TABLE messages (
        id TEXT NOT NULL PRIMARY KEY, room_id TEXT NOT NULL, seq INTEGER NOT NULL, rev INTEGER NOT NULL,
        sender_id TEXT NOT NULL, client_id TEXT NOT NULL, kind TEXT NOT NULL, content TEXT NOT NULL,
        created_at INTEGER NOT NULL, reply_to TEXT, attachments TEXT NOT NULL, mentions TEXT NOT NULL,
        data TEXT NOT NULL, edited_at INTEGER, deleted_at INTEGER, pinned_at INTEGER, pinned_by TEXT,
        reactions TEXT NOT NULL, counts INTEGER NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX messages_seq ON messages (room_id, seq)",
    "CREATE UNIQUE INDEX messages_rev ON messages (room_id, rev)",
    "CREATE UNIQUE INDEX messages_client ON messages (room_id, sender_id, client_id)",
    "CREATE INDEX messages_counts ON messages (room_id, seq, sender_id) WHERE counts = 1",
    # Only mentions that count as unread for user_id: none of oneself, none in a message that does not count.
    """
    CREATE TABLE message_mentions (
        room_id TEXT NOT NULL, user_id TEXT NOT NULL, seq INTEGER NOT NULL, message_id TEXT NOT NULL,
        PRIMARY KEY (room_id, user_id, seq),
        FOREIGN KEY (message_id) REFERENCES messages (id) ON DELETE CASCADE
    ) WITHOUT ROWID
    """,
    "CREATE INDEX message_mentions_message ON message_mentions (message_id)",
)

_ASSISTANT: Step = (
    "CREATE TABLE config (name TEXT NOT NULL PRIMARY KEY, data TEXT NOT NULL) WITHOUT ROWID",
    """
    CREATE TABLE usage (
        month TEXT NOT NULL, user_id TEXT NOT NULL, room_id TEXT NOT NULL, prompt_tokens INTEGER NOT NULL,
        answer_tokens INTEGER NOT NULL, answers INTEGER NOT NULL,
        PRIMARY KEY (month, user_id, room_id)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE reminders (
        id TEXT NOT NULL PRIMARY KEY, user_id TEXT NOT NULL, text TEXT NOT NULL, due_at INTEGER NOT NULL,
        created_at INTEGER NOT NULL, zone TEXT NOT NULL, done_at INTEGER
    )
    """,
    "CREATE INDEX reminders_due ON reminders (due_at, id) WHERE done_at IS NULL",
    "CREATE INDEX reminders_user ON reminders (user_id, due_at, id) WHERE done_at IS NULL",
    """
    CREATE TABLE answers (
        id TEXT NOT NULL PRIMARY KEY, room_id TEXT NOT NULL, question_id TEXT NOT NULL, asker_id TEXT NOT NULL,
        seen_at INTEGER NOT NULL, replaces TEXT
    )
    """,
    """
    CREATE TABLE citations (
        cited_id TEXT NOT NULL, answer_id TEXT NOT NULL, number INTEGER NOT NULL,
        PRIMARY KEY (cited_id, answer_id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX citations_answer ON citations (answer_id)",
)

_CALLS: Step = (
    """
    CREATE TABLE calls (
        id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, room_id TEXT NOT NULL, caller_id TEXT NOT NULL,
        callee_id TEXT NOT NULL, caller_device TEXT NOT NULL, started_at INTEGER NOT NULL, state TEXT NOT NULL,
        reason TEXT, callee_device TEXT, answered_at INTEGER, active_at INTEGER, ended_at INTEGER, ended_by TEXT,
        version INTEGER NOT NULL
    )
    """,
    "CREATE INDEX calls_caller ON calls (caller_id) WHERE ended_at IS NULL",
    "CREATE INDEX calls_callee ON calls (callee_id) WHERE ended_at IS NULL",
    "CREATE INDEX calls_open ON calls (ended_at, started_at, id)",
)

_INVITES: Step = (
    """
    CREATE TABLE invites (
        id TEXT NOT NULL PRIMARY KEY, room_id TEXT NOT NULL, created_by TEXT NOT NULL, created_at INTEGER NOT NULL,
        expires_at INTEGER, uses_left INTEGER, revoked_at INTEGER
    )
    """,
    "CREATE INDEX invites_room ON invites (room_id, created_at, id) WHERE revoked_at IS NULL",
)

_PINNED: Step = ("CREATE INDEX messages_pinned ON messages (room_id, pinned_at, id) WHERE pinned_at IS NOT NULL",)

_FILES: Step = (
    """
    CREATE TABLE files (
        id TEXT NOT NULL PRIMARY KEY, uploader_id TEXT NOT NULL, name TEXT NOT NULL, media_type TEXT NOT NULL,
        size INTEGER NOT NULL, checksum TEXT NOT NULL, created_at INTEGER NOT NULL, width INTEGER, height INTEGER,
        duration REAL, thumbnail INTEGER NOT NULL, message_id TEXT, sent_at INTEGER
    )
    """,
    "CREATE INDEX files_unsettled ON files (created_at, id) WHERE sent_at IS NULL",
    "CREATE INDEX files_unsettled_of ON files (uploader_id) WHERE sent_at IS NULL",
)

_PUSH: Step = (
    """
    CREATE TABLE push (
        endpoint TEXT NOT NULL PRIMARY KEY, user_id TEXT NOT NULL, session_id TEXT NOT NULL, p256dh TEXT NOT NULL,
        auth TEXT NOT NULL, created_at INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    "CREATE INDEX push_user ON push (user_id)",
    "CREATE INDEX push_session ON push (session_id)",
)

_AUDIT: Step = (
    """
    CREATE TABLE audit (
        id TEXT NOT NULL PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, actor_id TEXT, subject_id TEXT,
        room_id TEXT, address TEXT NOT NULL, agent TEXT NOT NULL, data TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    "CREATE INDEX audit_kind ON audit (kind, id)",
    "CREATE INDEX audit_actor ON audit (actor_id, id)",
    "CREATE INDEX audit_subject ON audit (subject_id, id)",
)


_GROUP_CALLS: Step = (
    """
    CREATE TABLE group_calls (
        id TEXT NOT NULL PRIMARY KEY, room_id TEXT NOT NULL, kind TEXT NOT NULL, started_by TEXT NOT NULL,
        started_at INTEGER NOT NULL, owner TEXT NOT NULL, state TEXT NOT NULL, seats TEXT NOT NULL,
        people TEXT NOT NULL, alone_since INTEGER, ended_at INTEGER, reason TEXT, version INTEGER NOT NULL,
        open_room TEXT
    )
    """,
    "CREATE UNIQUE INDEX group_calls_open ON group_calls (open_room) WHERE open_room IS NOT NULL",
    "CREATE INDEX group_calls_unfinished ON group_calls (ended_at, started_at, id)",
)

_PROOFS: Step = (
    """
    CREATE TABLE onetimes (
        id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, user_id TEXT NOT NULL, created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL, used_at INTEGER
    ) WITHOUT ROWID
    """,
    "CREATE INDEX onetimes_user ON onetimes (user_id, kind)",
    "CREATE INDEX onetimes_expires ON onetimes (expires_at)",
    """
    CREATE TABLE factors (
        user_id TEXT NOT NULL PRIMARY KEY, secret TEXT NOT NULL, created_at INTEGER NOT NULL, confirmed_at INTEGER,
        last_step INTEGER NOT NULL, codes TEXT NOT NULL, version INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE identities (
        issuer TEXT NOT NULL, subject TEXT NOT NULL, user_id TEXT NOT NULL, created_at INTEGER NOT NULL,
        PRIMARY KEY (issuer, subject)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX identities_user ON identities (user_id, issuer, subject)",
)

_RING: Step = ("ALTER TABLE calls ADD COLUMN ring_seconds INTEGER NOT NULL DEFAULT 45",)

_MODERATION: Step = (
    """
    CREATE TABLE blocks (
        user_id TEXT NOT NULL, blocked_id TEXT NOT NULL, created_at INTEGER NOT NULL,
        PRIMARY KEY (user_id, blocked_id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX blocks_against ON blocks (blocked_id)",
    """
    CREATE TABLE reports (
        id TEXT NOT NULL PRIMARY KEY, reporter_id TEXT NOT NULL, subject_id TEXT NOT NULL, reason TEXT NOT NULL,
        created_at INTEGER NOT NULL, words TEXT NOT NULL, room_id TEXT, message_id TEXT, copy TEXT NOT NULL,
        files TEXT NOT NULL, closed_at INTEGER, closed_by TEXT, action TEXT, note TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    "CREATE INDEX reports_open ON reports (id) WHERE closed_at IS NULL",
    "CREATE INDEX users_administrator ON users (administrator, id)",
    "CREATE INDEX rooms_kind ON rooms (kind, name_key, id)",
    "CREATE INDEX sessions_expire ON sessions (expires_at) WHERE revoked_at IS NULL",
)

_SENDER: Step = ("CREATE INDEX messages_sender ON messages (room_id, sender_id, seq)",)

_LEADING: Step = ("CREATE INDEX members_leading ON members (room_id, user_id) WHERE role <> 'member'",)

_CAPTIONS: Step = ("ALTER TABLE calls ADD COLUMN captions TEXT NOT NULL DEFAULT '{}'",)

STEPS: Sequence[Step] = (
    _FIRST,
    _ASSISTANT,
    _CALLS,
    _INVITES,
    _PINNED,
    _FILES,
    search.STEP,
    _PUSH,
    _AUDIT,
    _GROUP_CALLS,
    _PROOFS,
    _RING,
    _MODERATION,
    _SENDER,
    _LEADING,
    _CAPTIONS,
)
"""Step ``n`` (from 0) brings version ``n`` to version ``n + 1``; the version is ``PRAGMA user_version``."""


def migrate(connection: sqlite3.Connection, steps: Sequence[Step] = STEPS) -> int:
    """Bring the database to the newest version, each step in a transaction of its own.

    Args:
        connection: In autocommit mode.
        steps: Every step from an empty database on.

    Returns:
        The version it had before.

    Raises:
        StoreUnavailable: A newer chatbeside has written this database.
    """
    search.prepare(connection)
    found = _version(connection)
    if found > len(steps):
        raise StoreUnavailable(
            f"The database has version {found}, but this chatbeside knows only {len(steps)}. Use a newer chatbeside."
        )
    for number in range(found, len(steps)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            if _version(connection) == number:  # else another process was faster
                for statement in steps[number]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number + 1}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    return found


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
