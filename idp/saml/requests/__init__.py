"""AuthnRequests: read, trusted, and remembered until they are answered."""
