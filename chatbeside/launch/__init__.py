"""The one command: everything between a fresh clone and a page that answers.

All of it but ``serve``, ``migrate`` and ``same_origin`` runs on a bare Python, before anything is installed, and so
imports the standard library alone.
"""
