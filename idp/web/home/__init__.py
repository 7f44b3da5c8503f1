"""The operators' home page: what to do next, what is wrong, and how sign-ins go."""
