"""Asks the interface of registration whatever its description allows and does not allow, and holds each answer against it.

Runs Schemathesis, unchanged, as the client that it registers first. It runs against a sandbox, where every address answers.
"""

import os
import sys

import localhost  # noqa: F401
import requests
from schemathesis.cli import schemathesis

ISSUER, CA = os.environ["ISSUER"], os.environ["CA_FILE"]
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,ignored_auth,unsupported_method"
)
EVENTS = ["session-revoked", "account-purged"]


def registered():
    """A client, and the token by which it manages its registration."""
    metadata = {"redirect_uris": ["https://described.example/callback"], "client_name": "Described"}
    with open(os.environ["PORTAL_TOKEN_FILE"], encoding="utf-8") as file:
        by = {"authorization": f"Bearer {file.read().strip()}"}
    answer = requests.post(f"{ISSUER}/clients", json=metadata, headers=by, verify=CA, timeout=30)
    answer.raise_for_status()
    made = answer.json()
    by = {"authorization": f"Bearer {made['registration_access_token']}"}
    stream = {"endpoint": "https://described.example/signals", "events": EVENTS}
    requests.put(
        f"{ISSUER}/clients/{made['client_id']}/signals", json=stream, headers=by, verify=CA, timeout=30
    ).raise_for_status()
    return made["client_id"], made["registration_access_token"]


def run():
    client, token = registered()
    with open("described.toml", "w", encoding="utf-8") as file:
        file.write(f'[parameters]\n"path.client_id" = "{client}"\n')
    # The client that asks must not be removed, nor lose what it asks by.
    without = ["--exclude-operation-id", "removeClient"]
    generated = ["--max-examples", os.environ.get("EXAMPLES", "20"), "--seed", "1", "--phases", "examples,coverage,fuzzing"]
    arguments = ["--config-file", "described.toml", "run", f"{ISSUER}/openapi.json", "--tls-verify", CA]
    arguments += ["--header", f"Authorization: Bearer {token}", "--checks", CHECKS, *without, *generated]
    # Requests of the program have no time to wait for one another: what is too many is an answer like others.
    schemathesis([*arguments, "--warnings", "off"], standalone_mode=True)


if __name__ == "__main__":
    sys.exit(run())
