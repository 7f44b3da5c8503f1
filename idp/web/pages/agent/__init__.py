"""An agent's page: devices, checks, timeline, test code, sign-in link, name ID, factors and one-time codes."""
