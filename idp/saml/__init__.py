"""The SAML 2.0 protocol: requests come in, signed Responses go out, metadata describes both sides."""
