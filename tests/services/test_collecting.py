"""What stays is left out of garbage collections."""

import subprocess
import sys

CODE = """
import gc
from chatbeside.services.collecting import spare_what_stays

class Node: pass

stays = Node()
spare_what_stays()
assert gc.get_freeze_count() > 1000
assert all(each is not stays for each in gc.get_objects())
comes = Node()
assert any(each is comes for each in gc.get_objects())
"""


def test_what_exists_at_the_start_is_never_looked_through_again() -> None:
    # In a process of its own: it is for the whole process, and for good.
    subprocess.run([sys.executable, "-c", CODE], check=True)


BOUNDED = """
import gc
from chatbeside.services.collecting import spare_what_stays

spare_what_stays()
most = 0

def look(phase, info):
    global most
    if phase == "start" and info["generation"] == 1:
        most = max(most, len(gc.get_objects(0)) + len(gc.get_objects(1)))

gc.callbacks.append(look)
kept = [[] for _ in range(300_000)]  # as one long answer makes
assert 0 < most < 60_000, most
"""


def test_what_one_long_answer_makes_is_looked_through_in_parts() -> None:
    subprocess.run([sys.executable, "-c", BOUNDED], check=True)
