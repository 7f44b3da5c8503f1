"""Publishing the access policy, or going back to an older one: what it would change, the guard, the act."""
