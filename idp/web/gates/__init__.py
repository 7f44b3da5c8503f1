"""Why somebody can or can't sign in: every gate on the way, judged by what keeps it when they come."""
