"""Why somebody can or cannot sign in: checks every gate on the way with the code that enforces it."""
