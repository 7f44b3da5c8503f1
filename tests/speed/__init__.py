"""How long a phone on a poor line waits."""
