"""How instants are written where nothing else is said: as in the rest of the admin, in the logs and in exports."""
