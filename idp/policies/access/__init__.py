"""Whether a sign-in may enter a service: the facts, the rules, and the decision."""
