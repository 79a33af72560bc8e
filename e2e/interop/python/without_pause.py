"""A site that signs one person in again and again, by Authlib.

It keeps the key set and fetches it anew when a token names a key that is not in it, as Authlib's integrations do. It reads
`mark NAME` lines and tells in the end, for each phase, how many ID tokens it verified, how many it refused, and how often it
was interrupted before or after that. Meanwhile it says `hundred` whenever so many more are verified.
"""

import os
import sys
import threading

import localhost  # noqa: F401
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from browser import Browser
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

ISSUER, ALG = os.environ["ISSUER"], os.environ["ALG"]
REDIRECT_URI = "https://site.example/callback"


class Phase:
    def __init__(self, name):
        self.name, self.verified, self.refused, self.interrupted, self.why = name, 0, 0, 0, []

    def note(self, kind, error):
        setattr(self, kind, getattr(self, kind) + 1)
        if len(self.why) < 3:
            self.why.append(" ".join(f"{type(error).__name__}: {error}".split())[:200])


class Site:
    def __init__(self):
        self.session = OAuth2Session(
            client_id=os.environ["CLIENT_ID"],
            client_secret=os.environ["CLIENT_SECRET"],
            token_endpoint_auth_method="client_secret_basic",
            redirect_uri=REDIRECT_URI,
            scope="openid",
            code_challenge_method="S256",
        )
        self.session.verify = os.environ["CA_FILE"]
        self.metadata = self.fetch(f"{ISSUER}/.well-known/openid-configuration")
        self.keys = self.fetch_keys()

    def fetch(self, url):
        answer = self.session.get(url, withhold_token=True)
        answer.raise_for_status()
        return answer.json()

    def fetch_keys(self):
        return KeySet.import_key_set(self.fetch(self.metadata["jwks_uri"]))

    def sign_in(self, browser):
        """The ID token of one sign-in, and the nonce that it has to have."""
        verifier, nonce = generate_token(48), generate_token()
        url, state = self.session.create_authorization_url(
            self.metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
        )
        tokens = self.session.fetch_token(
            self.metadata["token_endpoint"],
            authorization_response=browser.open(url, REDIRECT_URI),
            state=state,
            code_verifier=verifier,
        )
        return tokens["id_token"], nonce

    def go_on(self):
        self.session.get(self.metadata["userinfo_endpoint"]).raise_for_status()

    def verify(self, token, nonce):
        try:
            found = jwt.decode(token, self.keys, algorithms=[ALG])
        except InvalidKeyIdError:
            self.keys = self.fetch_keys()
            found = jwt.decode(token, self.keys, algorithms=[ALG])
        jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": self.session.client_id},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
        ).validate(found.claims)


phases = [Phase("start")]
closed = threading.Event()


def listen():
    for line in sys.stdin:
        phases.append(Phase(line.strip().removeprefix("mark ")))
    closed.set()


site, browser = Site(), Browser()
threading.Thread(target=listen, daemon=True).start()
while not closed.is_set():
    phase = phases[-1]
    try:
        token, nonce = site.sign_in(browser)
    except Exception as error:  # whatever a passport that cannot be reached makes of it
        phase.note("interrupted", error)
        continue
    try:
        site.verify(token, nonce)
        phase.verified += 1
        if phase.verified % 100 == 0:
            print("hundred", flush=True)
        site.go_on()
    except JoseError as error:
        phase.note("refused", error)
    except Exception as error:  # the key set or the user information could not be fetched
        phase.note("interrupted", error)
for phase in phases:
    print(f"phase {phase.verified} {phase.refused} {phase.interrupted} {phase.name}")
    for line in phase.why:
        print(f"failure {phase.name}: {line}")
