"""What ends sign-ins outside of a login."""
