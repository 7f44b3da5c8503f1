"""An agent's page: devices, checks, timeline, test code, sign-in link, name ID and ways back."""
