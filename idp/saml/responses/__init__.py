"""Responses: the Assertion, what it says about an agent, and the signed answer to a service provider."""
