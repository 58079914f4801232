import base64
import json
from datetime import timedelta

import jwt
import pytest

from chatbeside.domain.errors import NotSignedIn
from chatbeside.domain.ids import new_id
from chatbeside.domain.models import Session
from chatbeside.services.tokens import TICKET_SECONDS, Tokens
from tests.conftest import ManualClock

SECRET = b"k" * 64


@pytest.fixture
def tokens(clock: ManualClock) -> Tokens:
    return Tokens(SECRET, clock)


@pytest.fixture
def session(clock: ManualClock) -> Session:
    return Session(new_id(), new_id(), clock(), clock(), clock() + timedelta(days=1))


def _claims(session: Session, **more: object) -> dict[str, object]:
    return {
        "sub": session.user_id,
        "sid": session.id,
        "iat": session.created_at,
        "exp": session.expires_at,
        **more,
    }


def test_a_token_says_who_and_which_session(tokens: Tokens, session: Session) -> None:
    token = tokens.issue(session)
    claims = tokens.read(token)
    assert (claims.user_id, claims.session_id) == (session.user_id, session.id)
    assert set(jwt.decode(token, options={"verify_signature": False})) == {"sub", "sid", "iat", "exp"}
    assert jwt.get_unverified_header(token)["alg"] == "HS256"


def test_a_token_ends_with_its_session(tokens: Tokens, session: Session, clock: ManualClock) -> None:
    token = tokens.issue(session)
    clock.advance(24 * 3600 - 1)
    tokens.read(token)
    clock.advance(1)
    with pytest.raises(NotSignedIn, match="has ended"):
        tokens.read(token)


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, default=str).encode()).decode().rstrip("=")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "HS512", "RS256"])
def test_only_our_algorithm_counts(tokens: Tokens, session: Session, algorithm: str) -> None:
    payload = tokens.issue(session).split(".")[1]
    signature = tokens.issue(session).split(".")[2]
    for end in ("", signature):
        with pytest.raises(NotSignedIn):
            tokens.read(f"{_part({'alg': algorithm, 'typ': 'JWT'})}.{payload}.{end}")


def test_another_algorithm_with_the_right_key_is_refused(tokens: Tokens, session: Session) -> None:
    with pytest.raises(NotSignedIn):
        tokens.read(jwt.encode(_claims(session), SECRET, algorithm="HS512"))


def test_another_key_is_refused(tokens: Tokens, session: Session) -> None:
    with pytest.raises(NotSignedIn):
        tokens.read(jwt.encode(_claims(session), b"o" * 64, algorithm="HS256"))


@pytest.mark.parametrize("missing", ["sub", "sid", "iat", "exp"])
def test_every_claim_is_needed(tokens: Tokens, session: Session, missing: str) -> None:
    claims = _claims(session)
    del claims[missing]
    with pytest.raises(NotSignedIn):
        tokens.read(jwt.encode(claims, SECRET, algorithm="HS256"))


@pytest.mark.parametrize(
    "odd", [{"sid": 7}, {"sid": "x"}, {"sub": "x"}, {"exp": "soon"}, {"sid": ["a"]}, {"exp": None}]
)
def test_claims_of_another_form_are_refused(tokens: Tokens, session: Session, odd: dict[str, object]) -> None:
    with pytest.raises(NotSignedIn):
        tokens.read(jwt.encode(_claims(session, **odd), SECRET, algorithm="HS256"))


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "ü", "\ud800", "x" * 100_000, "null", "[]", "\0"])
def test_what_is_no_token_is_refused(tokens: Tokens, token: str) -> None:
    with pytest.raises(NotSignedIn):
        tokens.read(token)


def test_every_changed_character_is_noticed(tokens: Tokens, session: Session) -> None:
    token = tokens.issue(session)
    # The last character of a part holds padding bits that decode to nothing, so it is left out.
    for place in range(len(token.rpartition(".")[0])):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(NotSignedIn):
            tokens.read(changed)


def test_a_ticket_is_no_token_and_a_token_no_ticket(tokens: Tokens, session: Session, clock: ManualClock) -> None:
    ticket = tokens.issue_ticket(session)
    assert tokens.read_ticket(ticket).session_id == session.id
    with pytest.raises(NotSignedIn):
        tokens.read(ticket)
    with pytest.raises(NotSignedIn):
        tokens.read_ticket(tokens.issue(session))
    clock.advance(TICKET_SECONDS)
    with pytest.raises(NotSignedIn):
        tokens.read_ticket(ticket)
