"""People from a file, and into one: what a file would change is shown first, written whole, and can be taken back."""
