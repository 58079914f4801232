"""Pages, one a file."""
