"""What the tables of the admin have in common."""
