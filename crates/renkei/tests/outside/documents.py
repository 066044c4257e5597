#!/usr/bin/env python3
"""Checkers that others wrote look at all that goes out, and at broken copies of a letter; ours is held against them.

fhir.resources (Python, R4B), the npm `fhir` validator, and fhirpath.js with the packages of JP-CLINS. Where one of them
finds a fault in what goes out, or in a copy that we take, this fails; so it does where we refuse a copy that is valid.

usage: documents.py BASE FOLDER NODE_MODULES [TEST_DATA]
       BASE is http://localhost:8080, FOLDER is what `renkei demo --data` was given; without TEST_DATA the packages are
       not there, and the profiles are not looked at
"""

import glob
import json
import os
import pathlib
import subprocess
import sys
import unicodedata
import uuid
import warnings

from common import FHIR, Door, check, ended
from fhir.resources.R4B import get_fhir_model_class
from mutations import BROKEN, CODED, VALID, of_type, renamed
import requests

warnings.filterwarnings("ignore")
MODULES = sys.argv[3]
DATA = pathlib.Path(sys.argv[4]) if len(sys.argv) > 4 and sys.argv[4] else None
# The newest of JP-CLINS first: what it says of a profile counts.
PACKAGES = ["jp-clins", "jp-eReferral", "jp-core"]

# What we take though a checker names it, each with the reason.
ON_PURPOSE = {
    "an element that FHIR does not know": "kept as it came: a later version of FHIR may know it",
}
# What a checker says wrongly of valid resources: the reason stands beside it, and the fault is told and not counted.
MISTAKEN = {}


def modelled(resource):
    """What fhir.resources says."""
    try:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
        return []
    except Exception as error:  # its own errors are of many kinds
        return [" ".join(str(error).split())[:300]]


def looked_at(resources):
    """What the three say of many resources: a list of three lists of faults each."""
    packages = []
    if DATA is not None:
        packages = [
            one
            for name in PACKAGES
            for one in sorted(
                glob.glob(f"{DATA}/fhir-packages/{name}.*.tgz") + glob.glob(f"{DATA}/fhir-packages/{name}.tgz")
            )
        ]
    lines = "".join(
        json.dumps({"id": at, "resource": one}, ensure_ascii=False) + "\n" for at, one in enumerate(resources)
    )
    script = pathlib.Path(__file__).with_name("checks.mjs")
    run = subprocess.run(
        ["node", str(script), *packages],
        input=lines,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NODE_MODULES": MODULES},
    )
    if run.returncode != 0:
        sys.exit(run.stderr)
    *said, last = [json.loads(line) for line in run.stdout.split("\n") if line]
    if last["unanswered"]:
        print(f"      not answered by fhirpath.js, and not counted: {last['unanswered']}")
    return [[modelled(one), each["validator"], each["profiles"]] for one, each in zip(resources, said)]


NAMES = ("fhir.resources", "npm fhir", "profiles")


def mistaken(fault):
    return any(one in fault for one in MISTAKEN)


def told(said):
    """Faults, without those that are known to be the checker's."""
    return {name: [f for f in faults if not mistaken(f)] for name, faults in zip(NAMES, said)}


def all_that_goes_out():
    """Each resource of the region that a hospital, a clinic or a gateway is shown, in each version."""
    seen = {}
    kinds = [one["type"] for one in requests.get(f"{FHIR}/metadata").json()["rest"][0]["resource"]]
    for name in ("demo-hospital", "demo-clinic", "demo-gateway"):
        door = Door(name)
        for kind in kinds:
            for path in (f"{kind}?_count=100", f"{kind}/_history?_count=100"):
                for page in door.pages(path):
                    for entry in page.get("entry", []):
                        one = entry.get("resource")
                        if one is not None:
                            seen[(one["resourceType"], one["id"], one["meta"].get("versionId"))] = one
    resources = list(seen.values())
    verdicts = looked_at(resources)
    counts, wrong = {}, {name: {} for name in NAMES}
    for one, said in zip(resources, verdicts):
        kind = one["resourceType"]
        counts[kind] = counts.get(kind, 0) + 1
        for name, faults in told(said).items():
            for fault in faults:
                wrong[name].setdefault((kind, fault), []).append(one["id"])
    for name, found in wrong.items():
        for (kind, fault), ids in list(found.items())[:40]:
            print(f"      {name}: {kind}: {fault} ({len(ids)}, such as {ids[0]})")
        check(f"{name}: no fault in what goes out", not found, f"{len(found)} kinds of faults")
    documents = [one for one in resources if one["resourceType"] == "Bundle"]
    check("documents were among them", len(documents) > 3, str(len(documents)))
    print(f"      {len(resources)} resources looked at, of these {len(documents)} documents: {counts}")
    return documents


def wide(text, width):
    """A text cut or filled to a number of columns; Japanese takes two."""
    used, out = 0, ""
    for c in text:
        step = 2 if unicodedata.east_asian_width(c) in "WF" else 1
        if used + step > width:
            break
        used, out = used + step, out + c
    return out + " " * (width - used)


class Table:
    """Our verdict beside the others', a line each."""

    def __init__(self):
        self.lines, self.wrong, self.purpose = [], [], []

    def add(self, name, ours, others, valid):
        by = {checker for checker, faults in others.items() if faults}
        taken = ours == ""
        row = [name, "taken" if taken else ours, *("fault" if one in by else "-" for one in NAMES)]
        self.lines.append((row, valid))
        if name in ON_PURPOSE and taken:
            self.purpose.append(name)
        elif taken and by:
            first = next(faults[0] for faults in others.values() if faults)
            self.wrong.append(f"{name}: we take it, and {', '.join(sorted(by))} finds a fault: {first[:200]}")
        elif valid and not taken:
            self.wrong.append(f"{name}: valid, and we refuse it: {ours}")
        elif not valid and taken:
            self.wrong.append(f"{name}: broken, and nobody says so")

    def show(self, title):
        print(f"\n{title}")
        print("  " + wide("copy", 58) + wide("renkei", 42) + "".join(wide(one, 16) for one in NAMES))
        for (name, ours, *others), _ in self.lines:
            print("  " + wide(name, 56) + "  " + wide(ours, 40) + "  " + "".join(wide(one, 16) for one in others))
        broken = [row for row, valid in self.lines if not valid]
        sums = [sum(row[1] != "taken" for row in broken)] + [
            sum(row[at] == "fault" for row in broken) for at in (2, 3, 4)
        ]
        any_other = sum("fault" in row[2:] for row in broken)
        print(
            f"  of {len(broken)} broken copies: renkei names {sums[0]}; "
            + ", ".join(f"{name} {count}" for name, count in zip(NAMES, sums[1:]))
            + f", one of these three {any_other}"
        )
        for name in self.purpose:
            print(f"  taken on purpose: {name}: {ON_PURPOSE[name]}")
        print()


def ours(answer):
    """Nothing where it was taken; else the rules or reasons."""
    if answer.status_code in (200, 201):
        return ""
    body = answer.json()
    said = []
    for one in body.get("issue", []):
        for coding in one.get("details", {}).get("coding", []):
            said.append(coding["code"])
    return f"{answer.status_code} {' '.join(dict.fromkeys(said))}".strip()


def copies(title, letter, changes, valid=()):
    """Sends each copy through the door, and lets the others look at it."""
    door, table, made = Door("demo-gateway"), Table(), []
    for name, change in [*changes.items(), *dict(valid).items()]:
        document = renamed(letter, uuid.uuid4().hex[:12])
        try:
            change(document)
        except (KeyError, StopIteration, IndexError) as missing:
            print(f"      not made of {title}: {name} ({missing!r})")
            continue
        made.append((name, document))
    verdicts = looked_at([document for _, document in made])
    for (name, document), said in zip(made, verdicts):
        answer = door.send("POST", "Bundle", document)
        if answer.status_code >= 500:
            table.wrong.append(f"{name}: {answer.status_code}")
        table.add(name, ours(answer), told(said), name in dict(valid))
    table.show(title)
    broken = sum(not valid for _, valid in table.lines)
    check(f"{title}: verdicts agree ({broken} broken copies)", not table.wrong, "\n        ".join(["", *table.wrong]))
    return broken


def kinds(document):
    return {entry["resource"]["resourceType"] for entry in document["entry"]}


def example(name):
    if DATA is None:
        return None
    return json.loads((DATA / "fhir-examples" / name).read_text())


def published():
    """The published examples, as a measure of the checkers themselves."""
    paths = sorted((DATA / "fhir-examples").glob("*/*.json"))
    read = []
    for path in paths:
        try:
            read.append((path.name, json.loads(path.read_text())))
        except ValueError:
            print(f"      no JSON: {path.name}")
    for (name, _), said in zip(read, looked_at([one for _, one in read])):
        for checker, faults in told(said).items():
            if faults:
                more = f" and {len(faults) - 2} more" if len(faults) > 2 else ""
                print(f"      published example {name}: {checker}: {'; '.join(faults[:2])[:300]}{more}")


def main():
    documents = all_that_goes_out()
    if DATA is None:
        print("      skipped: RENKEI_TEST_DATA is not set, so JP-CLINS's packages and examples are not looked at")
    else:
        published()
    letters = sorted(documents, key=lambda one: (len(kinds(one)), len(one["entry"]), one["id"]))
    own = [one for one in letters if of_type(one, "Composition") and "relatesTo" not in one["entry"][0]["resource"]]
    broken = copies("a letter of the sample region", own[-1], {**BROKEN, **CODED}, VALID)
    letter = example("clins/Bundle-Bundle-CLINS-Referral-Example-01.json")
    if letter is not None:
        copies("the published letter", letter, {**BROKEN, **CODED}, VALID)
    check("at least 30 broken copies", broken >= 30, str(broken))
    ended()


if __name__ == "__main__":
    main()
