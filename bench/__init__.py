"""What the product costs, as ratios to references measured in the same run: ``python -m bench``."""
