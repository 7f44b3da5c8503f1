"""Others who do what we do, measured beside us on the same machine in the same minutes."""
