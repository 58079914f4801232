"""Real people (as far as a machine can be) in real Chromium against the real product."""
