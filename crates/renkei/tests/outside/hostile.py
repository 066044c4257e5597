#!/usr/bin/env python3
"""sqlmap tries search strings of the pages that need no sign-in and of FHIR; schemathesis tries whatever its schemas allow:
that of FHIR, made here of the CapabilityStatement, and /openapi.json where there is one. No server error, no injection.

usage: hostile.py BASE FOLDER [NODE_MODULES [TEST_DATA]]      MINUTES: for each of the two programs, 2 without it
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import time
from urllib.parse import unquote

import requests
from common import BASE, FHIR, FOLDER, check, ended, token

SECONDS = int(float(os.environ.get("MINUTES", "2")) * 60)
PROGRAMS = pathlib.Path(sys.executable).parent
OUT = pathlib.Path(FOLDER).parent / "hostile"
# Where a search string goes, and what of it is tried.
TARGETS = [
    ("/institutions?q=%E8%A6%8B%E6%9C%AC", "q", None),
    ("/institutions?q=%E8%A6%8B%E6%9C%AC&area=041009", "area", None),
    ("/map.svg?layer=x", "layer", None),
    ("/guides?q=x", "q", None),
    ("/fhir/Patient?name=%E4%BC%8A&birthdate=gt1900", "name,birthdate", "demo-hospital"),
    ("/fhir/Task?identifier:missing=true&_sort=_lastUpdated", "identifier:missing,_sort", "demo-hospital"),
    ("/fhir/Organization?name:contains=%E8%A6%8B&_count=5", "name:contains,_count", "demo-hospital"),
    ("/fhir/Observation?subject=Patient/1&date=gt2020", "subject,date", "demo-hospital"),
    ("/fhir/Location?organization.name=%E8%A6%8B", "organization.name", "demo-gateway"),
]
WRITTEN = ["Patient", "Observation", "Task", "Appointment", "Subscription", "Bundle"]


def run(program, *arguments, seconds):
    """What it printed, and whether it came to its end by itself."""
    try:
        done = subprocess.run(
            [str(PROGRAMS / program), *arguments], capture_output=True, text=True, timeout=seconds, check=False, cwd=OUT
        )
        return done.stdout + done.stderr, done.returncode
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode(errors="replace"), None


def sqlmap():
    each = max(20, SECONDS // len(TARGETS))
    for path, params, client in TARGETS:
        more = ["--headers", f"Authorization: Bearer {token(client)}"] if client else []
        # Answers of 400 and 404 are what most of its strings should get.
        said, code = run(
            "sqlmap",
            "-u",
            BASE + path,
            "-p",
            params,
            "--batch",
            "--level",
            "2",
            "--risk",
            "2",
            "--time-sec",
            "3",
            "--ignore-code",
            "*",
            "--flush-session",
            "--disable-coloring",
            "--output-dir",
            str(OUT / "sqlmap"),
            *more,
            seconds=each,
        )
        found = re.findall(r"identified the following injection point|is vulnerable", said)
        errors = re.findall(r"50\d \([^)]*\) - \d+ times", said)
        tried = "ended" if code is not None else f"cut off after {each} s"
        looked = "testing" in said
        check(
            f"sqlmap: {unquote(path)} ({params}; {tried})",
            looked and not found and not errors,
            f"{found} {errors} {said[-300:]}",
        )


def schema():
    """An OpenAPI of the FHIR door: each type's search by each of its parameters, read, and some writes."""
    paths = {}
    for one in requests.get(f"{FHIR}/metadata").json()["rest"][0]["resource"]:
        kind = one["type"]
        text = {"type": "string"}
        query = [{"name": each["name"], "in": "query", "schema": text} for each in one["searchParam"]]
        names = ("_count", "_sort", "_include", "_revinclude", "_summary", "_elements", "_total", "_cursor", "_since")
        query += [{"name": name, "in": "query", "schema": text} for name in names]
        answers = {"responses": {"default": {"description": "any"}}}
        paths[f"/{kind}"] = {"get": {"parameters": query, **answers}}
        own = [{"name": "id", "in": "path", "required": True, "schema": text}]
        paths[f"/{kind}/{{id}}"] = {"get": {"parameters": own, **answers}}
        paths[f"/{kind}/{{id}}/_history"] = {"get": {"parameters": own, **answers}}
        if kind in WRITTEN:
            whole = {"type": "object", "properties": {"resourceType": {"const": kind}}, "required": ["resourceType"]}
            body = {"requestBody": {"required": True, "content": {"application/fhir+json": {"schema": whole}}}}
            paths[f"/{kind}"]["post"] = {**body, **answers}
    whole = {
        "type": "object",
        "properties": {"resourceType": {"const": "Bundle"}, "type": {"enum": ["batch", "transaction"]}},
    }
    body = {"requestBody": {"required": True, "content": {"application/fhir+json": {"schema": whole}}}}
    paths["/"] = {"post": {**body, "responses": {"default": {"description": "any"}}}}
    return {"openapi": "3.0.3", "info": {"title": "FHIR", "version": "4.0.1"}, "paths": paths}


def pages():
    """The pages that need no sign-in, by the names of their searches."""
    names = {
        "/institutions": ["q", "area", "kind", "tag", "function", "page", "sort", "near", "lang"],
        "/institutions.csv": ["q", "area"],
        "/institutions.geojson": ["q", "area"],
        "/map.svg": ["layer", "area", "year", "zoom", "pins"],
        "/areas": ["kind", "year"],
        "/guides": ["q"],
        "/institutions/{id}": [],
        "/areas/{id}": ["on"],
    }
    text, paths = {"type": "string"}, {}
    for path, query in names.items():
        params = [{"name": name, "in": "query", "schema": text} for name in query]
        if "{id}" in path:
            params.append({"name": "id", "in": "path", "required": True, "schema": text})
        paths[path] = {"get": {"parameters": params, "responses": {"default": {"description": "any"}}}}
    return {"openapi": "3.0.3", "info": {"title": "pages", "version": "1"}, "paths": paths}


def schemathesis(name, location, base, seconds, *more):
    said, code = run(
        "st",
        "run",
        location,
        "--url",
        base,
        "--checks",
        "not_a_server_error",
        "--max-time",
        str(seconds),
        "--continue-on-failure",
        "--request-timeout",
        "20",
        "--suppress-health-check",
        "all",
        "--no-color",
        "--warnings",
        "off",
        *more,
        seconds=seconds + 120,
    )
    (OUT / f"schemathesis-{name}.txt").write_text(said)
    cases = re.findall(r"(\d[\d,]*) (?:generated|test cases|cases)", said)
    check(f"schemathesis: {name} ({seconds} s, {cases[:1] or 'how many is not said'})", code == 0, said[-1500:])


def main():
    OUT.mkdir(exist_ok=True)
    sqlmap()
    (OUT / "fhir.json").write_text(json.dumps(schema()))
    (OUT / "pages.json").write_text(json.dumps(pages()))
    # A token is good for five minutes.
    part = min(SECONDS // 2, 270)
    bearer = ("--header", f"Authorization: Bearer {token('demo-hospital')}")
    schemathesis("fhir", "fhir.json", FHIR, part, *bearer)
    schemathesis("pages", "pages.json", BASE, part)
    if requests.get(f"{BASE}/openapi.json").status_code == 200:
        bearer = ("--header", f"Authorization: Bearer {token('demo-hospital')}")
        schemathesis("api", f"{BASE}/openapi.json", BASE, part, *bearer)
    else:
        print("      there is no /openapi.json")
    time.sleep(1)
    alive = requests.get(f"{BASE}/healthz").status_code
    check("the server is well afterwards", alive == 200, str(alive))
    ended()


if __name__ == "__main__":
    main()
