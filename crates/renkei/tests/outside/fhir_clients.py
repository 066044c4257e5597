#!/usr/bin/env python3
"""Programs that others wrote, against a running demo: fhirclient and fhirpy read, search, create and update with signed
tokens, and fhir.resources looks at everything that goes out.

usage: fhir_clients.py BASE FOLDER      BASE is http://localhost:8080, FOLDER is what `renkei demo --data` was given
"""

import json
import time
import uuid

import requests
from common import FHIR, assertion, check, ended, token
from fhir.resources.R4B import get_fhir_model_class
from fhirclient import client
from fhirclient.models import observation as fo
from fhirclient.models import patient as fp
from fhirpy import SyncFHIRClient

NUMBER = uuid.uuid4().hex[:10]
LOCAL = "urn:oid:1.2.392.100495.20.3.51.11419901026"


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


REPLY = "https://renkei.example/fhir/CodeSystem/reply-"
INSTITUTION = "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no"
SECTION = "http://jpfhir.jp/fhir/clins/CodeSystem/document-section"
CLINIC_NO, HOSPITAL_NO = "1419901018", "1419901026"


def div(text):
    return {"status": "additional", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{text}</div>'}


def reply(case, kind, findings):
    """The hospital's reply as a Composition."""
    words = {"diagnosis": "狭心症", "findings": findings, "plan": "内服を続けてください"}
    return {
        "status": "final",
        "type": {"coding": [{"system": REPLY + "kind", "code": kind}]},
        "relatesTo": [{"code": "appends", "targetReference": {"reference": f"Composition/{case}"}}],
        "author": [{"type": "Practitioner", "display": "髙橋 直樹"}],
        "section": [
            {"code": {"coding": [{"system": REPLY + "section", "code": code}]}, "text": div(text)}
            for code, text in words.items()
        ],
    }


def sections(document):
    """All sections of a document, those inside others too."""
    waiting = list(document["entry"][0]["resource"]["section"])
    while waiting:
        one = waiting.pop(0)
        waiting += one.get("section", [])
        yield one["code"]["coding"][0]["code"], one


def answer(letter, texts):
    """A document that answers another one: the two institutions change places, the files stay behind."""
    document = json.loads(json.dumps(letter))
    document.pop("id")
    document["meta"].pop("versionId")
    value = f"{HOSPITAL_NO}^2026^{uuid.uuid4().hex[:12]}"
    document["identifier"]["value"] = value
    head = document["entry"][0]["resource"]
    head["identifier"]["value"] = value.replace("^", "-")
    head["relatesTo"] = [{"code": "appends", "targetIdentifier": letter["identifier"]}]
    found = dict(sections(document))
    sender, addressee = found["920"], found["910"]
    for name in ("entry", "text"):
        sender[name], addressee[name] = addressee.get(name), sender.get(name)
        for one in (sender, addressee):
            if one[name] is None:
                del one[name]
    head["author"] = sender["entry"]
    head["custodian"] = sender["entry"][0]
    for code, text in texts.items():
        found[code]["text"] = div(text)
        found[code].pop("entry", None)
    head["section"] = [one for one in head["section"] if one["code"]["coding"][0]["code"] not in ("210", "230")]
    kept = json.dumps(head)
    wanted = [one for one in document["entry"][1:] if one["fullUrl"] in kept]
    document["entry"] = [document["entry"][0], *wanted]
    return document


def referral(addressee, department, status):
    """A patient, a request and a Task in one transaction; with `requested` it is sent at once."""
    sent = {
        "resourceType": "ServiceRequest",
        "status": "active" if status == "requested" else "draft",
        "intent": "order",
        "priority": "urgent",
        "subject": {"reference": "urn:uuid:6b1f0c3e-0000-4000-8000-000000000001"},
        "requester": {"type": "Practitioner", "display": "三原 健一"},
        "performer": [{"reference": f"{one.resource_type}/{one.id}"} for one in (addressee, department)],
        "code": {"text": "精査のお願い"},
        "reasonCode": [{"text": "狭心症の疑い"}],
        "note": [{"text": "3日前から胸痛"}],
    }
    local = {"system": f"urn:oid:1.2.392.100495.20.3.51.1{CLINIC_NO}", "value": uuid.uuid4().hex[:10]}
    request = "urn:uuid:6b1f0c3e-0000-4000-8000-000000000002"
    task = {"resourceType": "Task", "status": status, "intent": "order", "focus": {"reference": request}}
    entries = [
        {"fullUrl": request, "resource": sent, "request": {"method": "POST", "url": "ServiceRequest"}},
        {
            "fullUrl": sent["subject"]["reference"],
            "resource": {**person("伊藤"), "identifier": [local]},
            "request": {
                "method": "POST",
                "url": "Patient",
                "ifNoneExist": f"identifier={local['system']}|{local['value']}",
            },
        },
        {"resource": task, "request": {"method": "POST", "url": "Task"}},
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


class Case:
    """One case, seen from both ends by fhirpy."""

    def __init__(self, clinic, hospital, number):
        self.clinic, self.hospital, self.number = clinic, hospital, number

    def state(self, side):
        task = side.reference("Task", self.number).to_resource()
        return task["businessStatus"]["coding"][0]["code"]

    def states(self):
        return self.state(self.hospital), self.state(self.clinic)

    def step(self, side, status):
        task = side.reference("Task", self.number).to_resource()
        task["status"] = status
        task.save()
        return self.states()

    def accept_and_book(self):
        """Both in one transaction, with the first slot that fits."""
        slots = self.hospital.resources("Slot").search(status="free", start=f"gt{time.strftime('%Y-%m-%d')}")
        why = "no slot"
        for slot in slots.fetch_all():
            task = self.hospital.reference("Task", self.number).to_resource()
            accepted = {**task.serialize(), "status": "accepted"}
            booked = {
                "resourceType": "Appointment",
                "status": "booked",
                "basedOn": [{"reference": f"ServiceRequest/{self.number}"}],
                "slot": [{"reference": f"Slot/{slot.id}"}],
                "participant": [{"actor": task["for"], "status": "accepted"}],
            }
            entries = [
                {"resource": accepted, "request": {"method": "PUT", "url": f"Task/{self.number}"}},
                {"resource": booked, "request": {"method": "POST", "url": "Appointment"}},
            ]
            bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
            try:
                return self.hospital.execute("", method="post", data=bundle)["entry"]
            except Exception as error:  # another department's slot, or one that is full: nothing was done
                why = str(error)[:300]
                check("loop: all or nothing", self.state(self.hospital) == "received", self.state(self.hospital))
        check("loop: a slot that fits", False, why)
        return []


def document_of(side, case):
    """The letter as the standard document, which the server makes by itself a moment later."""
    for _ in range(40):
        found = side.resources("Bundle").fetch_all()
        for bundle in found:
            if bundle["id"] == f"{case}-letter":
                return bundle.serialize()
        time.sleep(0.25)
    return None


def loop():
    """A clinic's system refers, a hospital's receives, accepts and books, sees the patient and answers; the clinic reads it
    and the case is closed: fhirpy at both ends, from the first word to the last."""
    clinic, hospital = (
        SyncFHIRClient(FHIR, authorization=f"Bearer {token(name)}") for name in ("demo-clinic", "demo-hospital")
    )
    addressee = clinic.resources("Organization").search(identifier=f"{INSTITUTION}|{HOSPITAL_NO}").first()
    department = clinic.resources("HealthcareService").search(organization=addressee.to_reference().reference).first()
    ends = (addressee, department)

    made = clinic.execute("", method="post", data=referral(*ends, "draft"))
    case = Case(clinic, hospital, made["entry"][0]["resource"]["id"])
    check("loop: the hospital does not see a draft", not hospital.resources("Task").search(_id=case.number).fetch_all())
    check("loop: sent", case.step(clinic, "requested") == ("sent", "sent"))
    check("loop: received", case.step(hospital, "received") == ("received", "received"))
    booked = case.accept_and_book()
    check("loop: accepted and booked at once", len(booked) == 2 and case.states() == ("booked", "booked"))
    check("loop: arrived", case.step(hospital, "in-progress") == ("arrived", "arrived"))

    first = hospital.resource("Composition", **reply(case.number, "first", "有意狭窄なし"))
    first.create()
    check("loop: the first reply", case.states() == ("replied-first", "replied-first"), str(case.states()))
    read = clinic.reference("Composition", first.id).to_resource()
    check("loop: the clinic reads it", "有意狭窄なし" in json.dumps(read.serialize(), ensure_ascii=False))

    letter = document_of(hospital, case.number)
    check("loop: the letter is there as a document", letter is not None)
    check("loop: fhir.resources finds no fault in it", validated(letter) is None, str(validated(letter)))
    texts = {"340": "狭心症", "360": "経過良好のため終診とします", "950": "ご報告"}
    document = answer(letter, texts)
    head = document["entry"][0]["resource"]
    head.setdefault("extension", []).append(
        {"url": "https://renkei.example/fhir/StructureDefinition/reply-closes", "valueBoolean": True}
    )
    taken = hospital.execute("Bundle", method="post", data=document)
    check("loop: the last reply, as a document", bool(taken))
    check("loop: closed", case.states() == ("closed", "closed"), str(case.states()))
    again = hospital.execute("Bundle", method="post", data=document)
    replies = clinic.resources("Composition").search(type=f"{REPLY}kind|final", patient=letter_patient(clinic, case))
    check("loop: the same document again is nothing new", bool(again) and len(replies.fetch_all()) == 1)
    texts = json.dumps([one.serialize() for one in replies.fetch_all()], ensure_ascii=False)
    check("loop: the clinic reads the last reply", "終診" in texts, texts[:300])
    versions = clinic.execute(f"Task/{case.number}/_history", method="get")
    check("loop: its history", len(versions["entry"]) >= 6, str(len(versions["entry"])))

    at_once = clinic.execute("", method="post", data=referral(*ends, "requested"))
    sent = Case(clinic, hospital, at_once["entry"][0]["resource"]["id"])
    check("loop: patient, request and sending at once", sent.states() == ("sent", "sent"))


def letter_patient(side, case):
    return side.reference("Task", case.number).to_resource()["for"]["reference"]


if __name__ == "__main__":
    with_fhirpy(with_fhirclient())
    loop()
    all_that_goes_out()
    ended()
