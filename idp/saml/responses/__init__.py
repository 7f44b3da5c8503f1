"""Responses: the Assertion about an agent, and the signed Response to a service provider."""
