"""The operators' admin and the commands."""
