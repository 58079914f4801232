"""chatbeside: a self-hosted chat that one small process serves."""

__version__ = "0.1.0"
