"""How a sign-in ends outside of a login."""
