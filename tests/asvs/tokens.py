"""V9 self-contained tokens, V10 OAuth."""

from tests.asvs.requirement import absent, met, unmet

NO_CLIENT = "Latchkey is no OAuth client"
NO_OPENID = "OpenID Connect is not offered"

V9 = (
    met(
        "9.1.1",
        1,
        "Signatures are verified before content is used",
        "tokens/test_claims.a_changed_letter_anywhere_makes_it_nothing",
        "native/test_access_tokens.a_token_with_one_value_changed_is_not_valid",
    ),
    met(
        "9.1.2",
        1,
        "One algorithm per key, and never none",
        "tokens/test_claims.an_unsigned_token_is_nothing",
        "tokens/test_claims.a_token_signed_with_the_public_key_as_a_password_is_nothing",
    ),
    met(
        "9.1.3",
        1,
        "Keys come from configuration, not from the token",
        "tokens/test_claims.no_other_header_leads_to_a_key",
    ),
    met(
        "9.2.1",
        1,
        "Validity period is checked",
        "tokens/test_lifecycle.a_token_expires_by_our_clock_to_the_instant",
        "native/test_access_tokens.a_token_names_client_and_device_for_fifteen_minutes",
    ),
    met(
        "9.2.2",
        2,
        "Token type is checked",
        "native/test_access_tokens.an_access_token_and_a_long_lived_token_cannot_replace_each_other",
        "tokens/test_lifecycle.a_token_signed_by_a_key_for_something_else_does_not_count",
    ),
    met(
        "9.2.3",
        2,
        "Audience is checked",
        "tokens/test_claims.a_rightly_signed_token_with_a_wrong_claim_is_nothing",
        "tokens/test_lifecycle.a_token_of_another_installation_is_unknown",
    ),
    met(
        "9.2.4",
        2,
        "Each token names its audience",
        "native/test_codes.the_access_token_has_the_claims_of_rfc_9068",
        "native/test_codes.the_refresh_token_is_a_long_lived_token_for_apps_only",
    ),
)

V10 = (
    met(
        "10.1.1",
        2,
        "Tokens are sent only where they are needed",
        "native/test_going_on.answers_with_tokens_are_never_cached",
        "native/test_signing_in.the_system_browser_becomes_no_device_and_is_not_signed_in",
    ),
    absent("10.1.2", 2, "Clients accept only responses to their own requests", NO_CLIENT),
    absent("10.2.1", 2, "CSRF protection of token requests", NO_CLIENT),
    absent("10.2.2", 2, "Mix-up attacks", NO_CLIENT),
    met(
        "10.3.1",
        2,
        "The API accepts only tokens issued for it",
        "native/test_access_tokens.a_token_with_one_value_changed_is_not_valid",
    ),
    met(
        "10.3.2",
        2,
        "Authorisation follows the token's claims",
        "native/test_registry.an_app_cannot_read_agents_and_devices",
        "native/test_access_tokens.an_app_gets_no_token_of_a_back_end",
    ),
    met(
        "10.3.3",
        2,
        "People are identified by names that are never reused",
        "saml/test_name_ids.a_name_is_nobody_elses_in_any_letter_case_not_even_when_its_owner_is_gone",
        "native/test_registry.a_back_end_reads_an_agent_by_the_name_id_in_flex",
    ),
    absent("10.3.4", 2, "Required authentication strength", "no API request needs a strength other than its token's"),
    met(
        "10.4.1",
        1,
        "Redirect URIs are compared exactly",
        "native/test_redirects.redirect_uris_are_compared_as_strings_except_for_a_loopback_port",
    ),
    met(
        "10.4.2",
        1,
        "An authorization code works once; presenting it twice revokes what it issued",
        "native/test_codes.a_code_used_twice_signs_its_device_out",
    ),
    met("10.4.3", 1, "Authorization codes are short-lived", "native/test_codes.a_code_expires_after_sixty_seconds"),
    met(
        "10.4.4",
        1,
        "Only the grants that a client needs",
        "native/test_codes.a_back_end_signs_nobody_in",
        "native/test_access_tokens.an_app_gets_no_token_of_a_back_end",
    ),
    met(
        "10.4.5",
        1,
        "Refresh token replay is detected",
        "native/test_going_on.two_holders_of_one_token_are_both_signed_out",
        but="a token just replaced is accepted for a minute, because answers get lost: `docs/explanation/one-phone.md`",
    ),
    met(
        "10.4.6",
        2,
        "PKCE with S256",
        "native/test_authorize.every_other_fault_is_reported_to_the_app",
        "native/test_codes.an_app_that_did_not_request_a_code_cannot_redeem_or_use_it_up",
    ),
    absent("10.4.7", 2, "Dynamic client registration", "operators register them"),
    met(
        "10.4.8",
        2,
        "Refresh tokens expire",
        "native/test_going_on.the_token_ends_after_seven_days_to_the_second",
        "native/test_going_on.an_app_needs_a_new_code_when_the_policy_says_so_however_often_it_refreshed",
    ),
    met(
        "10.4.9",
        2,
        "People can revoke them",
        "native/test_registry.an_app_signs_its_device_out",
        "web/admin/test_agents.the_button_on_a_device_names_agent_and_device_and_signs_it_out",
        "journeys/test_not_me.an_agent_signs_out_an_unknown_device_on_their_own_page",
    ),
    met(
        "10.4.10",
        2,
        "Confidential clients authenticate",
        "native/test_back_ends.a_back_end_with_wrong_credentials_gets_no_token",
    ),
    absent("10.4.11", 2, "Scopes", "there are none: `native/test_ends_at_once` shows that one is refused"),
    absent("10.5.1", 2, "Replayed ID tokens", NO_OPENID),
    absent("10.5.2", 2, "Identity in ID tokens", NO_OPENID),
    absent("10.5.3", 2, "Issuer impersonation", NO_OPENID),
    absent("10.5.4", 2, "Audience of ID tokens", NO_OPENID),
    absent("10.5.5", 2, "Forced logout by back channel", NO_OPENID),
    absent("10.6.1", 2, "Response modes", NO_OPENID),
    absent("10.6.2", 2, "Forced logout", NO_OPENID),
    unmet(
        "10.7.1",
        2,
        "People consent to each request",
        "apps belong to the organisation and are registered by an operator; agents enter a code but give no consent",
        "native/test_signing_in.a_browser_that_is_signed_in_still_gives_a_code_for_the_app",
    ),
    absent("10.7.2", 2, "Content of the consent page", "there is none: see 10.7.1"),
    absent("10.7.3", 2, "Consent can be withdrawn", "there is none; devices can be signed out: see 10.4.9"),
)
