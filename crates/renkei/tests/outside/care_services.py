#!/usr/bin/env python3
"""The directory as IHE mCSD (ITI-90, Find Matching Care Services; ITI-91, its updates) asks it: fhirpy searches, fhirclient reads.

usage: care_services.py BASE FOLDER
"""

import time

import requests
from common import FHIR, Door, assertion, check, ended, token
from fhirclient import client
from fhirclient.models import healthcareservice, location, organization
from fhirpy import SyncFHIRClient

INSTITUTION = "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no"
HOSPITAL_NO = "1419901026"
# The parameters of ITI-90 that the actor "Care Services Selective Supplier" has to know, by type.
ITI_90 = {
    "Organization": ["active", "identifier", "name", "partof", "type", "_id", "_lastUpdated"],
    "Location": ["identifier", "name", "organization", "partof", "status", "type", "_id", "_lastUpdated"],
    "HealthcareService": [
        "active",
        "identifier",
        "location",
        "name",
        "organization",
        "service-type",
        "_id",
        "_lastUpdated",
    ],
    "Practitioner": ["active", "identifier", "name", "given", "family", "_id", "_lastUpdated"],
    "PractitionerRole": [
        "active",
        "location",
        "organization",
        "practitioner",
        "role",
        "service",
        "specialty",
        "_id",
        "_lastUpdated",
    ],
}


def ids(found):
    return {one["id"] for one in found}


def stated():
    """What the CapabilityStatement says, held against ITI-90 and against the door itself."""
    says = {one["type"]: one for one in requests.get(f"{FHIR}/metadata").json()["rest"][0]["resource"]}
    door = Door("demo-clinic")
    samples = {"token": "x", "string": "x", "date": "gt2020-01-01", "quantity": "1"}
    for kind, wanted in ITI_90.items():
        params = {one["name"]: one["type"] for one in says[kind]["searchParam"]}
        check(
            f"{kind}: the parameters of ITI-90 are stated",
            not set(wanted) - set(params),
            str(set(wanted) - set(params)),
        )
        wrong = []
        for name, sort in params.items():
            value = samples.get(sort, "Organization/x")
            if sort == "reference":
                value = "x"
            answer = door.send("GET", f"{kind}?{name}={value}")
            if answer.status_code != 200:
                wrong.append(f"{name}: {answer.status_code}")
        check(f"{kind}: what is stated is answered", not wrong, str(wrong))
        if "near" not in params:
            answer = door.send("GET", f"{kind}?near=35.5|139.6|5|km")
            check(
                f"{kind}: near is not stated, and refused by name", answer.status_code == 400 and "near" in answer.text
            )
        for include in says[kind].get("searchInclude", []):
            answer = door.send("GET", f"{kind}?_include={include}&_count=1")
            check(f"{kind}: _include={include}", answer.status_code == 200, answer.text[:200])


def organizations(fhir):
    found = fhir.resources("Organization").search(identifier=f"{INSTITUTION}|{HOSPITAL_NO}").fetch_all()
    check("Organization by identifier", len(found) == 1, str(len(found)))
    hospital = found[0]
    name = hospital["name"]
    check(
        "Organization by name: from its beginning",
        hospital["id"] in ids(fhir.resources("Organization").search(name=name[:4]).fetch_all()),
    )
    check(
        "Organization by name:contains",
        hospital["id"] in ids(fhir.resources("Organization").search(name__contains=name[2:6]).fetch_all()),
    )
    check(
        "Organization by name:exact",
        hospital["id"] in ids(fhir.resources("Organization").search(name__exact=name).fetch_all()),
    )
    check(
        "Organization by name:exact: no part of it",
        hospital["id"] not in ids(fhir.resources("Organization").search(name__exact=name[:-1]).fetch_all()),
    )
    check("Organization of no such name", not fhir.resources("Organization").search(name="無い名前の病院").fetch_all())
    everything = fhir.resources("Organization").fetch_all()
    active = fhir.resources("Organization").search(active="true").fetch_all()
    check("Organization by active", 0 < len(active) <= len(everything))
    closed = fhir.resources("Organization").search(active="false").fetch_all()
    check(
        "Organization by active: both together are all",
        len(active) + len(closed) == len(everything),
        f"{len(active)} + {len(closed)} of {len(everything)}",
    )
    coding = hospital["type"][0]["coding"][0]
    typed = fhir.resources("Organization").search(type=f"{coding['system']}|{coding['code']}").fetch_all()
    check("Organization by type", hospital["id"] in ids(typed))
    both = fhir.resources("Organization").search(type=f"{coding['system']}|{coding['code']}", name=name[:4]).fetch_all()
    check("Organization by type and name", ids(both) <= ids(typed) and hospital["id"] in ids(both))
    check(
        "Organization by partof",
        isinstance(fhir.resources("Organization").search(partof=f"Organization/{hospital['id']}").fetch_all(), list),
    )
    check(
        "Organization by _id",
        ids(fhir.resources("Organization").search(_id=hospital["id"]).fetch_all()) == {hospital["id"]},
    )
    stamp = hospital["meta"]["lastUpdated"]
    same = fhir.resources("Organization").search(_lastUpdated=f"ge{stamp}").fetch_all()
    check("Organization by _lastUpdated=ge", hospital["id"] in ids(same))
    later = fhir.resources("Organization").search(_lastUpdated=f"gt{time.strftime('%Y')}-12-31").fetch_all()
    check("Organization by _lastUpdated=gt: nothing of days to come", not later)
    raw = fhir.resources("Organization").search(_id=hospital["id"]).revinclude("Location", "organization").fetch_raw()
    kinds = [entry["resource"]["resourceType"] for entry in raw["entry"]]
    check("Organization with its Locations (_revinclude)", "Location" in kinds, str(kinds))
    few = fhir.resources("Organization").sort("name").limit(2).fetch_raw()
    check("Organization: _sort and _count", len(few["entry"]) == 2)
    return hospital


def locations(fhir, hospital):
    found = fhir.resources("Location").search(organization=f"Organization/{hospital['id']}").fetch_all()
    check("Location by organization", len(found) >= 1)
    place = found[0]
    check("Location by name", place["id"] in ids(fhir.resources("Location").search(name=place["name"]).fetch_all()))
    check("Location by status", place["id"] in ids(fhir.resources("Location").search(status="active").fetch_all()))
    chained = fhir.resources("Location").search(organization__Organization__name=hospital["name"]).fetch_all()
    check("Location by the name of its organization (chain)", place["id"] in ids(chained))
    by_number = (
        fhir.resources("Location")
        .search(organization__Organization__identifier=f"{INSTITUTION}|{HOSPITAL_NO}")
        .fetch_all()
    )
    check("Location by the number of its organization (chain)", ids(by_number) == ids(found))
    raw = fhir.resources("Location").search(_id=place["id"]).include("Location", "organization").fetch_raw()
    kinds = {entry["resource"]["resourceType"] for entry in raw["entry"]}
    check("Location with its Organization (_include)", kinds == {"Location", "Organization"}, str(kinds))
    check(
        "Location by _lastUpdated",
        place["id"]
        in ids(fhir.resources("Location").search(_lastUpdated=f"ge{place['meta']['lastUpdated']}").fetch_all()),
    )


def services(fhir, hospital):
    found = fhir.resources("HealthcareService").search(organization=f"Organization/{hospital['id']}").fetch_all()
    check("HealthcareService by organization", len(found) >= 2, str(len(found)))
    one = found[0]
    named = (
        fhir.resources("HealthcareService")
        .search(name=one["name"], organization=f"Organization/{hospital['id']}")
        .fetch_all()
    )
    check("HealthcareService by name and organization", one["id"] in ids(named) and len(named) <= len(found))
    check(
        "HealthcareService by active",
        one["id"] in ids(fhir.resources("HealthcareService").search(active="true").fetch_all()),
    )
    check(
        "HealthcareService by name:contains",
        one["id"] in ids(fhir.resources("HealthcareService").search(name__contains=one["name"][1:]).fetch_all()),
    )
    for code, system in [
        (each.get("code"), each.get("system")) for concept in one.get("type", []) for each in concept.get("coding", [])
    ]:
        typed = fhir.resources("HealthcareService").search(service_type=f"{system}|{code}").fetch_all()
        check("HealthcareService by service-type", one["id"] in ids(typed))
    if one.get("location"):
        placed = fhir.resources("HealthcareService").search(location=one["location"][0]["reference"]).fetch_all()
        check("HealthcareService by location", one["id"] in ids(placed))
    raw = (
        fhir.resources("HealthcareService")
        .search(_id=one["id"])
        .include("HealthcareService", "organization")
        .fetch_raw()
    )
    kinds = {entry["resource"]["resourceType"] for entry in raw["entry"]}
    check(
        "HealthcareService with its Organization (_include)", kinds == {"HealthcareService", "Organization"}, str(kinds)
    )


def people(fhir):
    found = fhir.resources("Practitioner").fetch_all()
    roles = fhir.resources("PractitionerRole").fetch_all()
    print(f"      {len(found)} Practitioners, {len(roles)} PractitionerRoles")
    if found:
        family = found[0]["name"][0].get("family") or found[0]["name"][0]["text"]
        check(
            "Practitioner by name",
            found[0]["id"] in ids(fhir.resources("Practitioner").search(name=family).fetch_all()),
        )
    if roles:
        whose = roles[0]["practitioner"]["reference"]
        check(
            "PractitionerRole by practitioner",
            roles[0]["id"] in ids(fhir.resources("PractitionerRole").search(practitioner=whose).fetch_all()),
        )


def updates():
    """ITI-91: what has changed since a moment, by the history of a type."""
    door = Door("demo-clinic")
    for kind in ("Organization", "Location", "HealthcareService"):
        pages = list(door.pages(f"{kind}/_history?_since=2020-01-01T00:00:00Z&_count=50"))
        versions = [entry for page in pages for entry in page.get("entry", [])]
        check(
            f"{kind}: changes since a moment", len(versions) >= 2 and all(page["type"] == "history" for page in pages)
        )
        none = next(door.pages(f"{kind}/_history?_since=2099-01-01T00:00:00Z"))
        check(f"{kind}: no changes since days to come", not none.get("entry"))


def with_fhirclient():
    """The strict models read what is found."""
    settings = {
        "app_id": "demo-clinic",
        "api_base": f"{FHIR}/",
        "scope": "system/*.cruds",
        "jwt_token": assertion("demo-clinic"),
    }
    smart = client.FHIRClient(settings=settings)
    smart.prepare()
    smart.authorize()
    for model in (organization.Organization, location.Location, healthcareservice.HealthcareService):
        found = list(model.where({"_count": "20"}).perform_resources_iter(smart.server))
        check(f"fhirclient: {model.resource_type}", len(found) > 2 and all(one.id for one in found), str(len(found)))


def main():
    fhir = SyncFHIRClient(FHIR, authorization=f"Bearer {token('demo-clinic')}")
    stated()
    hospital = organizations(fhir)
    locations(fhir, hospital)
    services(fhir, hospital)
    people(fhir)
    updates()
    with_fhirclient()
    ended()


if __name__ == "__main__":
    main()
