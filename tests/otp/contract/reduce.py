"""Cuts Twilio's OpenAPI document down to what Latchkey calls, without changing a word of what stays.

    python -m tests.otp.contract.reduce twilio_verify_v2.json > tests/otp/contract/twilio_verify_v2.json

The document is `spec/json/twilio_verify_v2.json` of github.com/twilio/twilio-oai (Apache 2.0), changelog 2.6.7 of
April 2026, its own version 1.0.0. Examples and descriptions go too.
"""

import json
import re
import sys
from pathlib import Path

CALLS = {
    "/v2/Services/{Sid}": ["get"],
    "/v2/Services/{ServiceSid}/Verifications": ["post"],
    "/v2/Services/{ServiceSid}/Verifications/{Sid}": ["get", "post"],
    "/v2/Services/{ServiceSid}/VerificationCheck": ["post"],
    "/v2/Services/{ServiceSid}/RateLimits": ["get", "post"],
    "/v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets": ["get", "post"],
    "/v2/SafeList/Numbers": ["post"],
    "/v2/SafeList/Numbers/{PhoneNumber}": ["get", "delete"],
}
SOURCE = "github.com/twilio/twilio-oai, spec/json/twilio_verify_v2.json, changelog 2.6.7 (April 2026), Apache 2.0"


def reduce(whole):
    """Return the calls, and the schemas they lead to."""
    paths = {path: {method: whole["paths"][path][method] for method in methods} for path, methods in CALLS.items()}
    schemas, wanted = {}, _references(paths)
    while wanted:
        name = wanted.pop()
        schemas[name] = whole["components"]["schemas"][name]
        wanted |= _references(schemas[name]) - set(schemas)
    info = {key: whole["info"][key] for key in ("title", "version", "license")}
    components = {"schemas": schemas, "securitySchemes": whole["components"]["securitySchemes"]}
    rest = {key: whole[key] for key in ("openapi", "security", "servers")}
    return _plain({"x-source": SOURCE, "info": info, "paths": paths, "components": components, **rest})


def _references(part):
    return set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(part)))


def _plain(part):
    """Leave out examples and prose; a response must keep its description, even if empty."""
    if isinstance(part, list):
        return [_plain(it) for it in part]
    if not isinstance(part, dict):
        return part
    kept = {key: _plain(it) for key, it in part.items() if key not in {"examples", "x-twilio"}}
    return {key: "" if key == "description" and isinstance(it, str) else it for key, it in kept.items()}


if __name__ == "__main__":
    whole = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    json.dump(reduce(whole), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")
