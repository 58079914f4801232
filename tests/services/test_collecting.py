"""What stays is left out of garbage collections."""

import gc

from chatbeside.services.collecting import spare_what_stays


def test_what_exists_at_the_start_is_never_looked_through_again() -> None:
    class Node:
        me: object = None

    stays = Node()
    thresholds = gc.get_threshold()
    try:
        spare_what_stays()
        assert gc.get_freeze_count() > 1000
        assert all(each is not stays for each in gc.get_objects())
        comes = Node()
        comes.me = comes
        assert any(each is comes for each in gc.get_objects())
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)
