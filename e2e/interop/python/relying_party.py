"""A site that signs people in with Authlib."""

import os
from urllib.parse import urlencode

import localhost  # noqa: F401
from browser import Browser

# docs/integrate/authlib.md: begin
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet

ISSUER = os.environ["ISSUER"]
REDIRECT_URI = "https://site.example/callback"

site = OAuth2Session(
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    token_endpoint_auth_method="client_secret_basic",
    redirect_uri=REDIRECT_URI,
    scope="openid profile email offline_access",
    code_challenge_method="S256",
)
# Only for development: in production the certificates of the system do.
site.verify = os.environ["CA_FILE"]

metadata = site.get(f"{ISSUER}/.well-known/openid-configuration", withhold_token=True).json()
keys = KeySet.import_key_set(site.get(metadata["jwks_uri"], withhold_token=True).json())


def start(**parameters):
    """To the passport: verifier, state and nonce are kept in the site's own session until the person comes back."""
    kept = {"code_verifier": generate_token(48), "nonce": generate_token()}
    url, kept["state"] = site.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=kept["code_verifier"], nonce=kept["nonce"], **parameters
    )
    return url, kept


def callback(address, kept):
    """Back from it: the tokens, and the claims of an ID token that is ours, fresh and for this sign-in."""
    tokens = site.fetch_token(
        metadata["token_endpoint"],
        authorization_response=address,
        state=kept["state"],
        code_verifier=kept["code_verifier"],
    )
    id_token = jwt.decode(tokens["id_token"], keys, algorithms=["RS256", "ES256"])
    jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": site.client_id},
        nonce={"essential": True, "value": kept["nonce"]},
        exp={"essential": True},
    ).validate(id_token.claims)
    return tokens, id_token.claims


def sign_out(tokens):
    """Out of the site and out of the passport."""
    query = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": "https://site.example/signed-out"}
    return f"{metadata['end_session_endpoint']}?{urlencode(query)}"


# docs/integrate/authlib.md: end


def held(step):
    print(f"✓ {step}", flush=True)


browser = Browser()
url, kept = start()
tokens, claims = callback(browser.open(url, REDIRECT_URI), kept)
held("signs in and checks the ID token")

person = site.get(metadata["userinfo_endpoint"]).json()
assert person["sub"] == claims["sub"] and person["email"] == os.environ["PERSON_NAME"], person
held("asks for user information")

fresh = site.refresh_token(metadata["token_endpoint"], refresh_token=tokens["refresh_token"])
assert fresh["refresh_token"] != tokens["refresh_token"]
held("refreshes")

active = site.introspect_token(metadata["introspection_endpoint"], token=fresh["access_token"]).json()
assert active["active"] is True
site.revoke_token(metadata["revocation_endpoint"], token=fresh["refresh_token"])
assert site.introspect_token(metadata["introspection_endpoint"], token=fresh["access_token"]).json() == {"active": False}
held("revokes, and nothing works any more")

browser.open(sign_out(tokens), "https://site.example/signed-out")
assert "error=login_required" in browser.open(start(prompt="none")[0], REDIRECT_URI)
held("signs out")
