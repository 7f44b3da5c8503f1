"""How long rows are kept, and the purge of expired ones."""
