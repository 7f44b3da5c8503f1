"""The API of the operator's own apps and back ends, and the OpenAPI document that is generated from it."""
