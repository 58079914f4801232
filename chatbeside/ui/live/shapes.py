"""What the live Vars hold. Field names are the keys that the store uses in JavaScript."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Me:
    """The account that is signed in. ``id`` is empty until the server has said who that is."""

    id: str
    username: str
    display_name: str
    avatar_url: str
    email: str
    administrator: bool


@dataclass(frozen=True)
class Connection:
    """How the store stands to the server.

    ``queued`` counts messages that wait to be sent. ``since`` is when the state began, in milliseconds.
    ``shown`` is true once a disconnection has lasted long enough to tell people about it. ``text`` says it.
    ``reason`` is why the session ended, when the server said so.
    """

    state: str  # connecting | online | offline | refused
    reason: str
    queued: int
    since: float
    shown: bool
    text: str


@dataclass(frozen=True)
class Totals:
    """Unread messages and mentions over all rooms that are not muted; ``rooms`` counts rooms with any."""

    unread: int
    mentions: int
    rooms: int


@dataclass(frozen=True)
class RoomRow:
    """A row of the conversation list.

    ``avatar_url`` is always a picture for a person (their own or the drawn one) and empty for the
    assistant and for rooms without a picture. ``presence`` is ``online``, ``away``, ``offline`` or empty.
    ``time`` is short words, ``iso`` the machine's form, ``full_time`` the tooltip. ``typing`` is the words
    "Ann is typing" or empty; ``draft`` the beginning of an unsent draft. ``told`` when ``preview`` is a sentence
    of the page, not somebody's words.
    """

    room: str
    kind: str  # direct | group
    name: str
    href: str
    public: bool
    avatar_id: str
    avatar_url: str
    bot: bool
    presence: str
    preview: str
    preview_who: str
    told: bool
    time: str
    iso: str
    full_time: str
    unread: int
    mentions: int
    muted: bool
    pinned: bool
    draft: str
    tick: str  # "" | pending | sent | delivered | read | failed
    tick_text: str
    selected: bool
    typing: str


@dataclass(frozen=True)
class RoomView:
    """The head of the open room. ``room`` is empty when none is open; ``missing`` when there is no such room.

    ``gone`` is then the name that it had, if this person was in it while the page was there, and ``unsent`` what they
    wrote and could not send any more.

    ``status`` is the line under the name, ``placeholder`` the composer's.
    """

    room: str
    missing: bool
    kind: str
    name: str
    topic: str
    public: bool
    archived: bool
    peer_id: str
    avatar_id: str
    avatar_url: str
    bot: bool
    presence: str
    status: str
    members: int
    role: str
    muted: bool
    pinned: bool
    notify: str  # "" | all | mentions | none
    gone: str
    unsent: str
    placeholder: str
    can_send: bool


@dataclass(frozen=True)
class Quote:
    """The message that another one answers. ``id`` is empty when there is none."""

    id: str
    name: str
    sender_id: str
    avatar_url: str
    text: str
    href: str


@dataclass(frozen=True)
class Reaction:
    """One emoji under a message. ``names`` are words for a tooltip."""

    emoji: str
    count: int
    mine: bool
    names: str


@dataclass(frozen=True)
class AttachmentView:
    """A file of a message. ``show`` is how: ``image``, ``video``, ``audio`` or ``file``. Sizes are pixels.

    ``shown_width`` and ``shown_height`` are the room to keep for it. ``unsent`` while it is on its way: then ``id`` is
    its upload's key. ``length_text`` is its duration in words, or empty.
    """

    id: str
    name: str
    show: str
    media_type: str
    size_text: str
    width: int
    height: int
    shown_width: int
    shown_height: int
    duration: float
    length_text: str
    url: str
    download_url: str
    thumbnail_url: str
    unsent: bool


@dataclass(frozen=True)
class LinkView:
    """What a message's link leads to; ``url`` is empty when there is nothing to show. ``picture`` is a data address."""

    url: str
    title: str
    description: str
    site: str
    picture: str


@dataclass(frozen=True)
class PollOption:
    """An answer of a poll. ``emoji`` is the reaction that votes for it, ``width`` its part of all votes (``40%``).

    ``first`` marks the ones with most votes of a closed poll; ``names`` are words for a tooltip.
    """

    emoji: str
    text: str
    count: int
    width: str
    mine: bool
    first: bool
    names: str


@dataclass(frozen=True)
class Poll:
    """A message that asks; ``question`` is empty when it does not. ``words`` say how many voted.

    ``several``: each may choose several answers.
    """

    question: str
    several: bool
    closed: bool
    can_vote: bool
    can_close: bool
    words: str
    options: list[PollOption] = field(default_factory=list)


@dataclass(frozen=True)
class MessageRow:
    """A row of the timeline.

    ``key`` is the client id, the same before and after the server has stored the message. ``first`` begins
    a group of one sender. ``day`` holds the words of a day line above the row, or nothing. ``system`` holds
    the text of a quiet line; then nothing else of the body is to be shown. ``html`` is safe markup.
    ``state`` is set on own messages only. ``spoken`` is what was said in a call.
    """

    key: str
    id: str
    room: str
    seq: int
    href: str
    mine: bool
    first: bool
    day: str
    new_divider: bool
    sender_id: str
    sender_name: str
    avatar_url: str
    bot: bool
    time: str
    full_time: str
    iso: str
    html: str
    text: str
    kind: str
    state: str  # "" | pending | sent | delivered | read | failed
    state_text: str
    error: str
    edited: bool
    deleted: bool
    folded: bool
    spoken: bool
    pinned: bool
    highlighted: bool
    system: str
    link: LinkView
    quote: Quote
    poll: Poll
    reactions: list[Reaction] = field(default_factory=list)
    attachments: list[AttachmentView] = field(default_factory=list)


@dataclass(frozen=True)
class MessageGroup:
    """Rows that follow each other in the timeline; the same object until one of them changes."""

    key: str
    rows: list[MessageRow]


@dataclass(frozen=True)
class Timeline:
    """What there is to know about the open room's timeline beside its rows.

    ``unseen`` counts messages below that have not been read; ``at_bottom`` is whether the newest is in view.
    """

    loading: bool
    loaded: bool
    has_older: bool
    has_newer: bool
    loading_older: bool
    loading_newer: bool
    unseen: int
    at_bottom: bool
    empty: bool
    error: str


@dataclass(frozen=True)
class Composer:
    """What is being written in the open room. ``notice`` says what is wrong, for example that it is too long.

    ``editing`` is the id of the message whose text it is while one is edited, else empty.
    """

    text: str
    length: int
    max_length: int
    too_long: bool
    notice: str
    can_send: bool
    reply: Quote
    editing: str


@dataclass(frozen=True)
class Find:
    """A conversation or room that the quick switcher offers. ``handle`` is the other person's ``@name``."""

    room: str
    kind: str
    name: str
    href: str
    public: bool
    avatar_id: str
    avatar_url: str
    bot: bool
    presence: str
    handle: str
    active: str
