"""V8 authorisation."""

from tests.asvs.requirement import absent, met

V8 = (
    met(
        "8.1.1",
        1,
        "Authorisation rules are documented",
        "docs/how-to/departments.md",
        "docs/explanation/access-policy.md",
        "docs/reference/addresses.md",
    ),
    met("8.1.2", 2, "Including rules for fields", "docs/how-to/departments.md"),
    met(
        "8.2.1",
        1,
        "Functions are limited to those with the right",
        "web/departments/test_addresses.a_page_that_is_not_open_to_supervisors_is_refused_and_changes_nothing",
        "web/admin/test_every_page.an_operator_who_may_only_look_is_offered_no_change",
        "native/test_registry.an_app_cannot_read_agents_and_devices",
    ),
    met(
        "8.2.2",
        1,
        "Data is limited to those with the right",
        "web/departments/test_addresses.no_page_names_agents_of_another_department",
        "web/departments/test_walk.a_random_walk_of_posted_forms_stays_inside",
        "journeys/test_passkeys.nobody_can_see_or_remove_the_passkey_of_another_agent",
    ),
    met(
        "8.2.3",
        2,
        "Fields are limited to those with the right",
        "web/departments/test_forms.hidden_fields_change_nothing",
        "web/admin/test_agents.an_operator_with_rights_on_agents_cannot_grant_rights",
    ),
    met(
        "8.3.1",
        1,
        "Authorisation is enforced on the server",
        "web/departments/test_forms.the_number_of_somebody_else_cannot_be_slipped_into_a_form",
        "web/admin/test_policy_acts.an_operator_who_may_only_view_gets_no_buttons_and_can_use_none",
    ),
    absent("8.4.1", 2, "Multiple tenants", "an installation belongs to one organisation; for departments see 8.2.2"),
)
