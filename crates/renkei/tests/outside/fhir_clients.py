#!/usr/bin/env python3
"""Programs that others wrote, against a running demo: fhirclient and fhirpy read, search, create and update with signed
tokens, and fhir.resources looks at everything that goes out.

usage: fhir_clients.py BASE FOLDER      BASE is http://localhost:8080, FOLDER is what `renkei demo --data` was given
needs: pip install fhirclient fhirpy fhir.resources pyjwt cryptography
"""

import json
import sys
import time
import uuid

import jwt
import requests
from fhir.resources.R4B import get_fhir_model_class
from fhirclient import client
from fhirclient.models import observation as fo
from fhirclient.models import patient as fp
from fhirpy import SyncFHIRClient

BASE, FOLDER = sys.argv[1].rstrip("/"), sys.argv[2]
FHIR = f"{BASE}/fhir"
NUMBER = uuid.uuid4().hex[:10]
LOCAL = "urn:oid:1.2.392.100495.20.3.51.11419901026"
faults = []


def check(what, good, more=""):
    print(("ok    " if good else "FAULT ") + what + (f": {more}" if more and not good else ""))
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


def person(family):
    return {
        "resourceType": "Patient",
        "identifier": [{"system": LOCAL, "value": NUMBER}],
        "name": [{"use": "official", "family": family, "given": ["花子"]}],
        "gender": "female",
        "birthDate": "1950-04-01",
    }


def with_fhirclient():
    """The strict one: it refuses what its models do not know, the CapabilityStatement included."""
    settings = {
        "app_id": "demo-hospital",
        "api_base": f"{FHIR}/",
        "scope": "system/*.cruds",
        "jwt_token": assertion("demo-hospital"),
    }
    smart = client.FHIRClient(settings=settings)
    smart.prepare()
    smart.authorize()
    check("fhirclient: prepared from our metadata, and has a token", smart.ready)
    made = fp.Patient(person("佐藤"))
    answer = made.create(smart.server)
    check("fhirclient: create", bool(answer and answer.get("id")), str(answer))
    read = fp.Patient.read(answer["id"], smart.server)
    check("fhirclient: read", read.name[0].family == "佐藤")
    read.name[0].family = "鈴木"
    changed = read.update(smart.server)
    check("fhirclient: update", changed["meta"]["versionId"] == "2", str(changed))
    found = fp.Patient.where({"identifier": f"{LOCAL}|{NUMBER}"}).perform_resources(smart.server)
    check("fhirclient: search", [one.id for one in found] == [answer["id"]])
    weight = fo.Observation(
        {
            "resourceType": "Observation",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
            "subject": {"reference": f"Patient/{answer['id']}"},
            "effectiveDateTime": "2026-11-20T09:00:00+09:00",
            "valueQuantity": {"value": 64.5, "unit": "kg"},
        }
    )
    kept = weight.create(smart.server)
    check("fhirclient: a clinical resource", bool(kept and kept.get("id")), str(kept))
    bundle = fo.Observation.where({"subject": f"Patient/{answer['id']}"}).perform(smart.server)
    check("fhirclient: search by reference", bundle.total == 1)
    pages = fp.Patient.where({"_count": "2", "_sort": "_lastUpdated"}).perform_resources_iter(smart.server)
    ids = [one.id for one in pages]
    check("fhirclient: all pages", len(ids) > 2 and len(set(ids)) == len(ids), str(len(ids)))
    return answer["id"]


def with_fhirpy(patient):
    fhir = SyncFHIRClient(FHIR, authorization=f"Bearer {token('demo-hospital')}")
    read = fhir.reference("Patient", patient).to_resource()
    check("fhirpy: read", read["name"][0]["family"] == "鈴木")
    read["name"][0]["family"] = "高橋"
    read.save()
    check("fhirpy: save", read["meta"]["versionId"] == "3")
    found = fhir.resources("Patient").search(identifier=f"{LOCAL}|{NUMBER}").fetch_all()
    check("fhirpy: search", [one["id"] for one in found] == [patient])
    weight = fhir.resource(
        "Observation",
        status="final",
        code={"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        subject=read.to_reference(),
        effectiveDateTime="2026-11-21",
        valueQuantity={"value": 65, "unit": "kg"},
    )
    weight.create()
    check("fhirpy: create", bool(weight.id))
    weight.delete()
    all_tasks = fhir.resources("Task").limit(3).fetch_all()
    check("fhirpy: all pages", len({one["id"] for one in all_tasks}) == len(all_tasks) > 3)
    lenient = SyncFHIRClient(
        FHIR, authorization=f"Bearer {token('demo-hospital')}", extra_headers={"Prefer": "handling=lenient"}
    )
    count = lenient.resources("Task").search(_total="accurate").count()
    check("fhirpy: count", count == len(all_tasks), f"{count} != {len(all_tasks)}")
    tasks = fhir.resources("Task").include("Task", "subject").fetch_raw()
    kinds = {entry["resource"]["resourceType"] for entry in tasks["entry"]}
    check("fhirpy: include", kinds == {"Task", "Patient"}, str(kinds))


def validated(value):
    """What fhir.resources (R4B) says of a resource; nothing when it finds no fault."""
    try:
        get_fhir_model_class(value["resourceType"]).model_validate(value)
        return None
    except Exception as error:  # its own errors are of many kinds
        return str(error)[:400]


def all_that_goes_out():
    broken = {"resourceType": "Patient", "birthDate": "1950/4/1", "nothing": 1}
    check("fhir.resources: a broken copy is seen", validated(broken) is not None)
    auth = {"Authorization": f"Bearer {token('demo-hospital')}"}
    says = requests.get(f"{FHIR}/metadata").json()
    check("fhir.resources: CapabilityStatement", validated(says) is None, str(validated(says)))
    refused = requests.get(f"{FHIR}/Patient/nothing", headers=auth).json()
    check("fhir.resources: OperationOutcome", validated(refused) is None, str(validated(refused)))
    seen = 0
    for one in says["rest"][0]["resource"]:
        kind, wrong = one["type"], []
        for path in (f"{FHIR}/{kind}?_count=50", f"{FHIR}/{kind}/_history?_count=50"):
            while path:
                page = requests.get(path, headers=auth).json()
                wrong += [validated({**page, "entry": []})] if "entry" not in page else []
                for entry in page.get("entry", []):
                    if "resource" in entry:
                        seen += 1
                        fault = validated(entry["resource"])
                        wrong += [f"{entry['fullUrl']}: {fault}"] if fault else []
                whole = validated(page) if not wrong else None
                wrong += [whole] if whole else []
                path = next((link["url"] for link in page.get("link", []) if link["relation"] == "next"), None)
        check(f"fhir.resources: {kind}", not [w for w in wrong if w], json.dumps(wrong[:2], ensure_ascii=False))
    check("fhir.resources: something was looked at", seen > 100, str(seen))
    print(f"      {seen} resources looked at")


def loop():
    """A clinic's system refers, a hospital's system receives, accepts, books and sees the patient come: fhirpy at both ends."""
    clinic, hospital = (
        SyncFHIRClient(FHIR, authorization=f"Bearer {token(name)}") for name in ("demo-clinic", "demo-hospital")
    )
    number = "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no"
    addressee = clinic.resources("Organization").search(identifier=f"{number}|1419901026").first()
    department = clinic.resources("HealthcareService").search(organization=addressee.to_reference().reference).first()
    sent = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "order",
        "priority": "urgent",
        "subject": {"reference": "urn:uuid:6b1f0c3e-0000-4000-8000-000000000001"},
        "requester": {"type": "Practitioner", "display": "三原 健一"},
        "performer": [{"reference": f"{one.resource_type}/{one.id}"} for one in (addressee, department)],
        "code": {"text": "精査のお願い"},
        "reasonCode": [{"text": "狭心症の疑い"}],
        "note": [{"text": "3日前から胸痛"}],
    }
    local = {"system": "urn:oid:1.2.392.100495.20.3.51.11419901018", "value": uuid.uuid4().hex[:10]}
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"resource": sent, "request": {"method": "POST", "url": "ServiceRequest"}},
            {
                "fullUrl": sent["subject"]["reference"],
                "resource": {**person("伊藤"), "identifier": [local]},
                "request": {"method": "POST", "url": "Patient"},
            },
        ],
    }
    made = clinic.execute("", method="post", data=bundle)
    case = made["entry"][0]["resource"]["id"]

    def state(side):
        task = side.reference("Task", case).to_resource()
        return task["businessStatus"]["coding"][0]["code"]

    def step(side, status):
        task = side.reference("Task", case).to_resource()
        task["status"] = status
        task.save()
        return state(hospital), state(clinic)

    check("loop: the hospital does not see a draft", not hospital.resources("Task").search(_id=case).fetch_all())
    check("loop: sent", step(clinic, "requested") == ("sent", "sent"))
    check("loop: received", step(hospital, "received") == ("received", "received"))
    check("loop: accepted", step(hospital, "accepted") == ("accepted", "accepted"))
    slots = hospital.resources("Slot").search(status="free", start=f"gt{time.strftime('%Y-%m-%d')}")
    task = hospital.reference("Task", case).to_resource()
    free = slots.fetch_all()
    booked = None
    for slot in free:
        booked = hospital.resource(
            "Appointment",
            status="booked",
            basedOn=[{"reference": f"ServiceRequest/{case}"}],
            slot=[slot.to_reference()],
            participant=[{"actor": task["for"], "status": "accepted"}],
        )
        try:
            booked.create()
            break
        except Exception as error:  # another department's slot, or one that is full
            booked, why = None, str(error)[:300]
    check("loop: booked", booked is not None and state(clinic) == "booked", "" if booked else f"{len(free)} slots: {why}")
    check("loop: arrived", step(hospital, "in-progress") == ("arrived", "arrived"))
    versions = clinic.execute(f"Task/{case}/_history", method="get")
    check("loop: its history", len(versions["entry"]) >= 6, str(len(versions["entry"])))


if __name__ == "__main__":
    with_fhirpy(with_fhirclient())
    loop()
    all_that_goes_out()
    sys.exit(1 if faults else 0)
