"""An agent's page: devices, gates, timeline, test code, sign-in link, name ID and ways back."""
