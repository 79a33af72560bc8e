"""A person's browser, as far as signing in and out needs one."""

import os
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

PERSON = {"username": os.environ["PERSON_NAME"], "password": os.environ["PERSON_PASSWORD"], "province": "31", "decision": "allow"}


class Form(HTMLParser):
    """The first form of a page's main part: where it goes, and its fields with what the person adds."""

    def __init__(self, page):
        super().__init__()
        self.inside, self.action, self.fields = False, None, {}
        self.feed(page[page.find("<main"):])

    def handle_starttag(self, tag, attributes):
        field = dict(attributes)
        if tag == "form" and self.action is None:
            self.inside, self.action = True, field.get("action", "")
        name = field.get("name")
        if not self.inside or tag not in ("input", "button", "select") or not name:
            return
        unticked = field.get("type") == "checkbox" and "checked" not in field
        if not unticked and (tag == "input" or name in PERSON):
            self.fields[name] = PERSON.get(name, field.get("value", ""))

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "form"


class Browser:
    def __init__(self):
        self.session = requests.Session()

    def send(self, method, url, **more):
        return self.session.request(method, url, verify=os.environ["CA_FILE"], allow_redirects=False, **more)

    def open(self, url, end):
        """From that address to the one that begins with `end`."""
        answer = self.send("GET", url)
        for _ in range(20):
            if "location" in answer.headers:
                url = urljoin(answer.url, answer.headers["location"])
                if url.startswith(end):
                    return url
                answer = self.send("GET", url)
                continue
            form = Form(answer.text)
            assert form.action is not None, f"there is no form at {answer.url}: {answer.text}"
            url = urljoin(answer.url, form.action)
            origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
            answer = self.send("POST", url, data=form.fields, headers={"origin": origin})
        raise AssertionError(f"twenty steps did not lead to {end}")
