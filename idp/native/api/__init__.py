"""The API of own apps and back ends, and the OpenAPI document that falls out of it."""
