"""The rights (permissions of Django) that several pages or checks ask for. Others stand where they are asked for."""

from typing import Final

SEE_PEOPLE: Final = "agents.view_agent"
ADD_PEOPLE: Final = "agents.add_agent"
CHANGE_PEOPLE: Final = "agents.change_agent"
SIGN_OUT: Final = "agents.change_device"
LET_IN: Final = "agents.add_accesspass"
GIVE_CODES: Final = "otp.give_one_time_code"
SEE_TRAIL: Final = "audit.view_loginevent"
SEE_COSTS: Final = "otp.view_verification"
STOP: Final = "policies.change_stop"
SEE_RULES: Final = "policies.view_accessrule"
SEE_REVISIONS: Final = "policies.view_policyrevision"
PUBLISH: Final = "policies.change_policyrevision"
ADD_SERVICES: Final = "saml.add_serviceprovider"
CHANGE_SERVICES: Final = "saml.change_serviceprovider"
SEE_KEYS: Final = "keys.view_signingkey"
