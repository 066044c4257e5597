"""What the scripts of this folder share: the demo's address, tokens for its clients, and faults told as they are found."""

import json
import sys
import time
import uuid

import jwt
import requests

BASE, FOLDER = sys.argv[1].rstrip("/"), sys.argv[2]
FHIR = f"{BASE}/fhir"
faults = []


def check(what, good, more=""):
    print(("ok    " if good else "FAULT ") + what + (f": {more}" if more and not good else ""), flush=True)
    if not good:
        faults.append(what)


def assertion(name):
    """What a client signs to get a token (SMART Backend Services)."""
    endpoint = requests.get(f"{BASE}/.well-known/smart-configuration").json()["token_endpoint"]
    with open(f"{FOLDER}/clients/{name}.pem") as file:
        key = file.read()
    claims = {"iss": name, "sub": name, "aud": endpoint, "exp": int(time.time()) + 240, "jti": uuid.uuid4().hex}
    return jwt.encode(claims, key, algorithm="ES384", headers={"kid": name})


def token(name):
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion(name),
        "scope": "system/*.cruds",
    }
    endpoint = requests.get(f"{FHIR}/.well-known/smart-configuration").json()["token_endpoint"]
    return requests.post(endpoint, data=form).json()["access_token"]


class Door:
    """The FHIR door for one client, with a new token where the old one has ended."""

    def __init__(self, name):
        self.name, self.until = name, 0.0
        self.session = requests.Session()

    def send(self, method, path, body=None, **headers):
        if time.time() > self.until:
            self.session.headers["Authorization"] = f"Bearer {token(self.name)}"
            self.until = time.time() + 200
        url = path if path.startswith("http") else f"{FHIR}/{path}"
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/fhir+json", "Accept-Language": "en", **headers}
        return self.session.request(method, url, data=data, headers=headers)

    def pages(self, path):
        """The Bundles of a search or of a history, page by page."""
        while path:
            page = self.send("GET", path).json()
            yield page
            path = next((link["url"] for link in page.get("link", []) if link["relation"] == "next"), None)


def ended():
    sys.exit(1 if faults else 0)
