"""What happens around every request. The settings say in which order (`MIDDLEWARE`)."""
