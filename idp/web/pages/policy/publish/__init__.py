"""The page that publishes the access policy or restores a revision: its effect, the confirmation, and the act."""
