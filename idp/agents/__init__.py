"""Who signs in, and on which device."""
