"""The assistant's mind: providers, prompts, commands, citations. Imports the domain and nothing else of the project.

What it may see, and where its words go, is decided in :mod:`chatbeside.services`.
"""
