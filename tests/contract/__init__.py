"""What every store must do, run against each of them. Every query is checked for an index while it runs."""
