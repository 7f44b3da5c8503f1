"""Configuration held in the process, under a version that the database renews with every change of it."""
