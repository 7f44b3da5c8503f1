"""The sign-in of a device."""
