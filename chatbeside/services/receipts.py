"""Read and delivery pointers, which only rise."""

from chatbeside.domain.errors import InvalidInput
from chatbeside.domain.models import Message, Receipt, Room
from chatbeside.services.access import Access
from chatbeside.services.events import Publisher, ReceiptAdvanced
from chatbeside.services.principal import Principal
from chatbeside.store.interfaces import Store

SHARED_MOST = 50
"""In a room of more members pointers go to the person's own devices only: with everybody's to everybody
one message in a room of n would cause n times n deliveries."""


class Receipts:
    """Who has read and received how much."""

    def __init__(self, store: Store, access: Access, publisher: Publisher) -> None:
        self._store = store
        self._access = access
        self._publisher = publisher

    async def advance(
        self, principal: Principal, room_id: str, *, read: int = 0, delivered: int = 0, socket: str = ""
    ) -> Receipt:
        """Raise the asker's pointers and return what holds now. Lower values than the stored ones change nothing.

        Args:
            principal: Who has read or received.
            room_id: The room.
            read: The highest ``seq`` that was read; what is read counts as received.
            delivered: The highest ``seq`` that arrived on a device.
            socket: Which of the asker's sockets asks: it learns what holds by the answer.

        Raises:
            NotFound: There is no such room for the asker.
            InvalidInput: A pointer is negative.
        """
        if read < 0 or delivered < 0:
            raise InvalidInput("Check the number.", fields={"seq": "Use a number from 0 on."})
        access = await self._access.room(principal, room_id)
        head = (await self._store.messages.heads([room_id]))[room_id]
        user_id, read = principal.user.id, min(read, head.last_seq)
        delivered = max(read, min(delivered, head.last_seq))
        before = await self._store.receipts.get(room_id, user_id)
        if read <= before.read_seq and delivered <= before.delivered_seq:
            return before
        receipt = await self._store.receipts.advance(room_id, user_id, read_seq=read, delivered_seq=delivered)
        shared = await self._store.members.count(room_id) <= SHARED_MOST
        await self._publisher.publish(ReceiptAdvanced(access.room, receipt, shared=shared, socket=socket))
        return receipt

    async def spoke(self, room: Room, message: Message) -> None:
        """Raise the pointers of who sent ``message``: who says something has read so far.

        Everybody else concludes that from the message; only the sender's own devices are told.
        """
        receipt = await self._store.receipts.advance(
            room.id, message.sender_id, read_seq=message.seq, delivered_seq=message.seq
        )
        await self._publisher.publish(ReceiptAdvanced(room, receipt, shared=False))
