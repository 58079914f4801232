"""Small states: each serves one part of a page and holds only what that part shows."""
