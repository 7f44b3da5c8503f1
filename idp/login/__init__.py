"""The ladder (session, token, code) and the pages that climb it."""
