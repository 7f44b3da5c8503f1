"""Own apps and back ends: they sign agents in by OAuth 2.0, and keep the long-lived token themselves."""
