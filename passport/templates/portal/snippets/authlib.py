import os

from authlib.integrations.requests_client import OAuth2Session

ISSUER = "{{ site.issuer }}"

site = OAuth2Session(
    client_id="{{ site.client_id }}",
    client_secret=os.environ["PASSPORT_CLIENT_SECRET"],
    token_endpoint_auth_method="{{ site.method }}",
    redirect_uri="{{ site.redirect_uri }}",
    scope="{{ site.scope }}",
    code_challenge_method="S256",
)
metadata = site.get(f"{ISSUER}/.well-known/openid-configuration", withhold_token=True).json()
