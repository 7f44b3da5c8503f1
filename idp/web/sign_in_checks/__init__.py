"""Why somebody can or cannot sign in: every check of a sign-in, made with the code that enforces it."""
