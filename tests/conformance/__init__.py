"""The requirements of a SAML profile: at least one test for each, named after its id."""
