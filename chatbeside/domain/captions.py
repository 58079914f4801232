"""Whose words are written down in a call: who agreed, and by which connection they are heard."""

from dataclasses import replace

from chatbeside.domain.calls import Call, Effect, Step
from chatbeside.domain.errors import Conflict


def caption(call: Call, user_id: str, heard_by: str | None) -> Step:
    """Return the call in which one of its people agrees to captions, or takes that back.

    Args:
        call: The call.
        user_id: Who agrees; nobody does for somebody else.
        heard_by: The connection that hears them, in place of any other; ``None`` takes back what was agreed to, also
            when the call is over.

    Raises:
        Conflict: The call is over.
    """
    if heard_by is not None and call.ended:
        raise Conflict("This call is over.")
    if call.captions.get(user_id) == heard_by:
        return Step(call)
    captions = {person: leg for person, leg in call.captions.items() if person != user_id}
    if heard_by is not None:
        captions[user_id] = heard_by
    return Step(replace(call, captions=captions, version=call.version + 1), (Effect.CAPTION,))
