"""``python3 -m chatbeside``: prepares what is missing, then starts chatbeside."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the message is for those who run an older one
    sys.exit(
        f"chatbeside needs Python 3.11 or newer; this is {sys.version.split()[0]}. "
        "Install a newer one and use it, for example: python3.12 -m chatbeside"
    )

from chatbeside.launch.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
