"""A site whose Apache signs people in with mod_auth_openidc."""

import copy
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

import localhost  # noqa: F401
from browser import Browser
from requests.adapters import HTTPAdapter

SITE = "https://site.example"
PAGE = f"{SITE}/members/page.html"
HERE = Path(__file__).parent


class Proxy(HTTPAdapter):
    """What ends TLS before the site."""

    def __init__(self, port):
        super().__init__()
        self.port = port

    def send(self, request, **more):
        passed_on = copy.copy(request)
        passed_on.headers = request.headers.copy()
        passed_on.headers.update({"Host": "site.example", "X-Forwarded-Proto": "https"})
        address = urlsplit(request.url)
        passed_on.url = address._replace(scheme="http", netloc=f"127.0.0.1:{self.port}").geturl()
        answer = super().send(passed_on, **more)
        answer.url, answer.request = request.url, request
        return answer


class Apache:
    def __init__(self):
        self.place = Path(tempfile.mkdtemp(prefix="apache-"))
        (self.place / "pages/members").mkdir(parents=True)
        (self.place / "pages/members/page.html").write_text("members only")
        (self.place / "client-secret.conf").write_text(f"OIDCClientSecret {os.environ['CLIENT_SECRET']}\n")
        (self.place / "session-passphrase").write_text(secrets.token_urlsafe())
        # The server's workers may not look into the folder where it lies.
        shutil.copy(os.environ["CA_FILE"], self.place / "ca.pem")
        for part in [self.place, *self.place.rglob("*")]:
            part.chmod(0o755 if part.is_dir() else 0o644)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        variables = {
            "PLACE": str(self.place),
            "SECRETS": str(self.place),
            "PORT": str(self.port),
            "CONFIGURATION": str(HERE),
            "MODULES": "/usr/lib/apache2/modules",
            "APACHE_USER": "www-data",
            "APACHE_GROUP": "www-data",
        }
        command = ["apache2", "-f", str(HERE / "apache.conf"), "-D", "FOREGROUND"]
        self.process = subprocess.Popen(command, env={**os.environ, **variables})

    def ready(self):
        for _ in range(200):
            with socket.socket() as connection:
                if connection.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self.process.poll() is None, self.log()
            time.sleep(0.05)
        raise AssertionError(f"it does not start: {self.log()}")

    def log(self):
        log = self.place / "log"
        return log.read_text() if log.exists() else ""

    def stop(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.place)


def held(step):
    print(f"✓ {step}", flush=True)


def sign_in(browser):
    """To a page for members, and back to it; what the site knows of the person then."""
    back = browser.open(PAGE, f"{SITE}/callback")
    answer = browser.send("GET", back)
    assert answer.status_code == 302 and answer.headers["location"] == PAGE, answer.text
    return browser.send("GET", PAGE)


def main(apache):
    browser = Browser()
    browser.session.mount(SITE, Proxy(apache.port))
    page = sign_in(browser)
    assert page.text == "members only", apache.log()
    subject, email = page.headers["x-person"].split(" ")
    held("signs in and lets members in")

    assert len(subject) > 10 and email == os.environ["PERSON_NAME"], page.headers["x-person"]
    held("asks for user information")

    token = page.headers["x-access-token"]
    again = browser.send("GET", f"{SITE}/callback?refresh={quote(PAGE)}&access_token={quote(token)}")
    assert again.headers["location"] == PAGE, again.headers["location"]
    assert browser.send("GET", PAGE).headers["x-access-token"] != token
    held("refreshes")

    browser.open(f"{SITE}/callback?logout={quote(f'{SITE}/signed-out', safe='')}", f"{SITE}/signed-out")
    answer = browser.send("GET", PAGE)
    assert answer.status_code == 302 and answer.headers["location"].startswith(os.environ["ISSUER"])
    assert "/sign-in" in browser.send("GET", answer.headers["location"]).headers["location"]
    held("signs out of the site and of the passport")


apache = Apache()
try:
    apache.ready()
    main(apache)
except Exception:
    print(apache.log())
    raise
finally:
    apache.stop()
