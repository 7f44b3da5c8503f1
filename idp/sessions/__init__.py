"""Single sign-on sessions: opened, used, and ended on a device."""
