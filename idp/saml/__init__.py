"""The SAML 2.0 protocol: requests in, signed Responses out, metadata."""
