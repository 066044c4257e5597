"""Copies of a letter that differ from it in one place: broken ones, and some that are as good as before."""

import copy
import json
import uuid

MEMBER = "http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID"
LOCAL = "urn:oid:1.2.392.100495.20.3.51."
INSTITUTION = "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no"
REPRESENTATION = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation"
VERSION = "http://hl7.org/fhir/StructureDefinition/composition-clinicaldocument-versionNumber"


def head(document):
    return document["entry"][0]["resource"]


def of_type(document, kind):
    return next(one["resource"] for one in document["entry"] if one["resource"].get("resourceType") == kind)


def code(section):
    return section["code"]["coding"][0]["code"]


def lists(document):
    """The lists of sections: the outer one, and those inside."""
    waiting = [head(document)["section"]]
    while waiting:
        one = waiting.pop(0)
        yield one
        waiting += [section["section"] for section in one if "section" in section]


def find(document, wanted):
    """A section, and the list that it stands in."""
    for one in lists(document):
        for section in one:
            if code(section) == wanted:
                return section, one
    raise KeyError(wanted)


def tidy(document):
    """Without the entries that nothing leads to any more; a document holds no others."""
    kept, more = {document["entry"][0]["fullUrl"]}, True
    while more:
        said = json.dumps([one for one in document["entry"] if one["fullUrl"] in kept])
        new = {one["fullUrl"] for one in document["entry"] if one["fullUrl"] in said}
        more, kept = new - kept, kept | new
    document["entry"] = [one for one in document["entry"] if one["fullUrl"] in kept]


def without(wanted):
    def change(document):
        section, there = find(document, wanted)
        there.remove(section)
        tidy(document)

    return change


def twice(wanted):
    def change(document):
        section, there = find(document, wanted)
        there.append(copy.deepcopy(section))

    return change


def in_section(wanted, **values):
    def change(document):
        section, _ = find(document, wanted)
        put(section, values)
        tidy(document)

    return change


def put(there, values):
    """Sets what has a value, takes away what has None."""
    for name, value in values.items():
        there.pop(name, None)
        if value is not None:
            there[name] = value


def in_bundle(**values):
    return lambda document: put(document, values)


def in_head(**values):
    return lambda document: put(head(document), values)


def in_resource(kind, **values):
    return lambda document: put(of_type(document, kind), values)


def deep(kind, path, value):
    """Sets one element: `identifier.0.system` of the first resource of a type; None takes it away."""

    def change(document):
        there = document if kind == "Bundle" else of_type(document, kind)
        *way, last = [int(one) if one.isdigit() else one for one in path.split(".")]
        for one in way:
            there = there[one]
        if value is None:
            del there[last]
        else:
            there[last] = value

    return change


def identifier(start, **values):
    """Changes the patient's identifier of a system; with no values it is taken away."""

    def change(document):
        patient = of_type(document, "Patient")
        one = next(one for one in patient["identifier"] if one["system"].startswith(start))
        if values:
            put(one, values)
        else:
            patient["identifier"].remove(one)

    return change


def more_identifiers(document):
    patient = of_type(document, "Patient")
    one = next(one for one in patient["identifier"] if one["system"] == MEMBER)
    patient["identifier"].append({**one, "value": "99999999:1:2:00"})


def wide_blank(document):
    name = of_type(document, "Patient")["name"][0]
    name["extension"] = [{"url": REPRESENTATION, "valueCode": "IDE"}]
    name["text"] = "見本\u3000太郎"


def no_version(document):
    one = head(document)
    one["extension"] = [each for each in one.get("extension", []) if each["url"] != VERSION]
    if not one["extension"]:
        del one["extension"]


def both_forms(document):
    """CDA参照 beside 構造情報."""
    url = f"urn:uuid:{uuid.uuid4()}"
    attachment = {"contentType": "application/xml", "data": "PGEvPg=="}
    reference = {
        "resourceType": "DocumentReference",
        "meta": {
            "lastUpdated": "2026-11-20T09:00:00+09:00",
            "profile": ["http://jpfhir.jp/fhir/eCS/StructureDefinition/JP_DocumentReference_CDAdocument"],
        },
        "status": "current",
        "content": [{"attachment": attachment}],
    }
    document["entry"].append({"fullUrl": url, "resource": reference})
    system = head(document)["section"][0]["code"]["coding"][0]["system"]
    coding = {"system": system, "code": "200", "display": "CDA参照セクション"}
    section = {"title": "CDA参照", "code": {"coding": [coding]}, "entry": [{"reference": url}]}
    head(document)["section"].append(section)


def swapped(document):
    one = document["entry"]
    one[0], one[1] = one[1], one[0]


def same_address(document):
    document["entry"][-1]["fullUrl"] = document["entry"][1]["fullUrl"]


def plain_address(document):
    """The first Practitioner's address is no urn:uuid, everywhere."""
    old = next(e["fullUrl"] for e in document["entry"] if e["resource"]["resourceType"] == "Practitioner")
    new = json.loads(json.dumps(document).replace(old, "Practitioner/1"))
    document.clear()
    document.update(new)


def only_one_organization(document):
    """Both institutions are the same entry."""
    urls = [e["fullUrl"] for e in document["entry"] if e["resource"]["resourceType"] == "Organization"]
    text = json.dumps(document)
    for other in urls[1:]:
        text = text.replace(other, urls[0])
    new = json.loads(text)
    seen, entries = set(), []
    for entry in new["entry"]:
        if entry["fullUrl"] not in seen:
            seen.add(entry["fullUrl"])
            entries.append(entry)
    new["entry"] = entries
    document.clear()
    document.update(new)


def section_system(system):
    def change(document):
        for one in lists(document):
            for section in one:
                section["code"]["coding"][0]["system"] = system

    return change


def own_section(document):
    """A section of a code that nobody knows."""
    section, there = find(document, "340")
    other = copy.deepcopy(section)
    other["code"]["coding"][0].update(code="999", display="不明")
    other["title"] = "不明"
    there.append(other)


DOSAGE = {"text": "朝食後"}

BROKEN = {
    "紹介先情報 (910) missing": without("910"),
    "紹介元情報 (920) missing": without("920"),
    "構造情報 (300) missing, no CDA参照 either": without("300"),
    "CDA参照 (200) beside 構造情報 (300)": both_forms,
    "紹介目的 (950) missing": without("950"),
    "傷病名・主訴 (340) missing": without("340"),
    "現病歴 (360) missing": without("360"),
    "紹介先情報 (910) twice": twice("910"),
    "傷病名・主訴 (340) twice": twice("340"),
    "紹介元情報 (920) without entry": in_section("920", entry=None),
    "section's text.status is generated": lambda d: find(d, "340")[0]["text"].update(status="generated"),
    "section with neither text nor entry": in_section("340", text=None, entry=None),
    "section's title is another": in_section("340", title="病名"),
    "section's code system is another": section_system("http://example.com/sections"),
    "section without code": in_section("360", code={"text": "現病歴"}),
    "紹介元 points to a patient": lambda d: find(d, "920")[0].update(
        entry=[{"reference": next(e["fullUrl"] for e in d["entry"] if e["resource"]["resourceType"] == "Patient")}]
    ),
    "Bundle.identifier missing": in_bundle(identifier=None),
    "Bundle.identifier.system is another": deep("Bundle", "identifier.system", "http://example.com/id"),
    "Bundle.identifier.value is no institution's": deep("Bundle", "identifier.value", "0000000000^26^x"),
    "Bundle.type is collection": in_bundle(type="collection"),
    "Bundle.type is no code": in_bundle(type="letter"),
    "Bundle.timestamp missing": in_bundle(timestamp=None),
    "Bundle.timestamp is a date": in_bundle(timestamp="2026-11-20"),
    "Bundle.meta.lastUpdated missing": deep("Bundle", "meta.lastUpdated", None),
    "Bundle.meta.profile missing": deep("Bundle", "meta.profile", None),
    "Bundle.entry empty": in_bundle(entry=[]),
    "Composition is not the first entry": swapped,
    "two entries of one fullUrl": same_address,
    "fullUrl is no urn:uuid": plain_address,
    "a reference leads nowhere": deep("Composition", "subject.reference", f"urn:uuid:{uuid.uuid4()}"),
    "one Organization for both ends": only_one_organization,
    "Composition.author missing": in_head(author=None),
    "Composition.author is empty": in_head(author=[]),
    "Composition.custodian missing": in_head(custodian=None),
    "Composition.subject missing": in_head(subject=None),
    "Composition.title is another": in_head(title="紹介状"),
    "Composition.status is preliminary": in_head(status="preliminary"),
    "Composition.status is no code": in_head(status="finished"),
    "Composition.date missing": in_head(date=None),
    "Composition.date is written 2026/11/20": in_head(date="2026/11/20"),
    "Composition.category missing": in_head(category=None),
    "Composition.category's system is another": deep(
        "Composition", "category.0.coding.0.system", "http://example.com/category"
    ),
    "Composition.type is a discharge summary": deep("Composition", "type.coding.0.code", "18842-5"),
    "Composition.type's system is another": deep("Composition", "type.coding.0.system", "http://loinc.org"),
    "Composition.event missing": in_head(event=None),
    "Composition.event's text is another": deep("Composition", "event.0.code.0.text", "発行"),
    "Composition.identifier missing": in_head(identifier=None),
    "Composition.identifier.system is another": deep("Composition", "identifier.system", "http://example.com/id"),
    "version number missing": no_version,
    "Composition.section is empty": in_head(section=[]),
    "Patient.identifier: no 被保険者個人識別子": identifier(MEMBER),
    "Patient.identifier: two 被保険者個人識別子": more_identifiers,
    "Patient.identifier: 保険者番号 of 6 digits": identifier(MEMBER, value="123456:1:2:00"),
    "Patient.identifier: 患者番号 of an institution of 7 digits": identifier(LOCAL, system=f"{LOCAL}11234567"),
    "Patient.name missing": in_resource("Patient", name=None),
    "Patient.name with a full-width blank": wide_blank,
    "Patient.name is no list": in_resource("Patient", name={"text": "見本 太郎"}),
    "Patient.birthDate missing": in_resource("Patient", birthDate=None),
    "Patient.birthDate is 昭和25年": in_resource("Patient", birthDate="昭和25年4月1日"),
    "Patient.birthDate is a number": in_resource("Patient", birthDate=19500401),
    "Patient.birthDate is no day": in_resource("Patient", birthDate="1950-02-31"),
    "Patient.gender is 男": in_resource("Patient", gender="男"),
    "Patient.gender missing": in_resource("Patient", gender=None),
    "Patient.address missing": in_resource("Patient", address=None),
    "Patient.telecom is a text": in_resource("Patient", telecom="022-000-0000"),
    "Patient.active is a text": in_resource("Patient", active="yes"),
    "Organization.identifier missing": in_resource("Organization", identifier=None),
    "Organization.identifier: letters in the number": deep("Organization", "identifier.0.value", "14199O1018"),
    "Organization.name missing": in_resource("Organization", name=None),
    "Organization.telecom has a system of its own": in_resource(
        "Organization", telecom=[{"system": "telephone", "value": "022-000-0000"}]
    ),
    "Practitioner.name is a text": in_resource("Practitioner", name="三原 健一"),
    "an element that FHIR does not know": in_resource("Patient", nickname="太郎"),
    "a resource type that FHIR does not know": lambda d: of_type(d, "Practitioner").update(resourceType="Doctor"),
}

# What only a letter with codes has.
CODED = {
    "Condition without 病名管理番号": deep("Condition", "code.coding", []),
    "Condition.subject missing": in_resource("Condition", subject=None),
    "Condition.verificationStatus missing": in_resource("Condition", verificationStatus=None),
    "Condition.code.text missing": deep("Condition", "code.text", None),
    "Condition.clinicalStatus is a text": in_resource("Condition", clinicalStatus="active"),
    "MedicationRequest without a code of a drug": in_resource(
        "MedicationRequest", medicationCodeableConcept={"coding": [{"system": "http://example.com/drug", "code": "1"}]}
    ),
    "MedicationRequest.status is no code": in_resource("MedicationRequest", status="running"),
    "MedicationRequest.intent missing": in_resource("MedicationRequest", intent=None),
    "MedicationRequest: usage without code": in_resource("MedicationRequest", dosageInstruction=[DOSAGE]),
}


def no_optional(document):
    """Only the sections that must be there."""
    must = {"910", "920", "300", "950", "340", "360"}
    for there in list(lists(document)):
        there[:] = [one for one in there if code(one) in must]
    tidy(document)


def words_alone(document):
    """No coded entries: text is enough."""
    for wanted in ("340", "360"):
        section, _ = find(document, wanted)
        section.pop("entry", None)
    tidy(document)


def remark(document):
    system = head(document)["section"][0]["code"]["coding"][0]["system"]
    coding = {"system": system, "code": "220", "display": "備考・連絡情報セクション"}
    div = {"status": "additional", "div": '<div xmlns="http://www.w3.org/1999/xhtml">備考です</div>'}
    head(document)["section"].append({"title": "備考・連絡情報", "code": {"coding": [coding]}, "text": div})


VALID = {
    "as it is": lambda document: None,
    "only what must be there": no_optional,
    "words without codes": words_alone,
    "one more remark (220)": remark,
    "another kind of letter (CONSULT)": lambda d: head(d)["category"][0]["coding"][0].update(
        code="CONSULT", display="コンサルテーション文書"
    ),
    "a patient of gender unknown": in_resource("Patient", gender="unknown"),
    "a patient without 患者番号": lambda d: of_type(d, "Patient").update(
        identifier=[one for one in of_type(d, "Patient")["identifier"] if one["system"] == MEMBER]
    ),
    "the time in UTC": in_bundle(timestamp="2026-11-20T00:00:00Z"),
    "a custodian's language": in_head(language="ja"),
    "a confidentiality": in_head(confidentiality="N"),
}


def renamed(document, number):
    """A copy with an identifier of its own, so that it is not the same document again."""
    new = copy.deepcopy(document)
    institution, year, _ = new["identifier"]["value"].split("^")
    new["identifier"]["value"] = f"{institution}^{year}^{number}"
    head(new)["identifier"]["value"] = f"{institution}-{year}-{number}"
    new.pop("id", None)
    new["meta"].pop("versionId", None)
    return new
