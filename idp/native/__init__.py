"""The operator's own apps and back ends. They use OAuth 2.0, and apps store the long-lived token themselves."""
