"""The trail of what happened, written once."""
