//! The shape of each clinical type as a table: what R4 requires, which codes it binds, what points where.
//!
//! Paths are element names joined by dots; lists are walked. Source: FHIR R4 (4.0.1), the page of each resource.

/// What is checked of one type.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) typ: &'static str,
    /// The element that names the patient.
    pub(super) patient: &'static str,
    pub(super) required: &'static [&'static str],
    /// Elements of which there is at most one, and whether one is required.
    pub(super) choices: &'static [(bool, &'static [&'static str])],
    /// `code` elements with a required value set.
    pub(super) codes: &'static [(&'static str, &'static [&'static str])],
    /// CodeableConcepts with a required value set: path, system, codes.
    pub(super) bound: &'static [(&'static str, &'static str, &'static [&'static str])],
    /// CodeableConcepts: a coding or a text.
    pub(super) concepts: &'static [&'static str],
    pub(super) dates: &'static [&'static str],
    /// Elements that are lists.
    pub(super) lists: &'static [&'static str],
    /// References with the types that they may point to.
    pub(super) points: &'static [(&'static str, &'static [&'static str])],
}

const PERFORMERS: &[&str] = &[
    "Practitioner",
    "PractitionerRole",
    "Organization",
    "CareTeam",
    "Patient",
    "RelatedPerson",
];
const PEOPLE: &[&str] = &[
    "Practitioner",
    "PractitionerRole",
    "Patient",
    "RelatedPerson",
];

pub(super) const SHAPES: &[Shape] = &[
    Shape {
        typ: "Observation",
        patient: "subject",
        required: &["status", "code", "component.code"],
        choices: &[
            (
                false,
                &[
                    "valueQuantity",
                    "valueCodeableConcept",
                    "valueString",
                    "valueBoolean",
                    "valueInteger",
                    "valueRange",
                    "valueRatio",
                    "valueSampledData",
                    "valueTime",
                    "valueDateTime",
                    "valuePeriod",
                    "dataAbsentReason",
                ],
            ),
            (
                false,
                &[
                    "effectiveDateTime",
                    "effectivePeriod",
                    "effectiveTiming",
                    "effectiveInstant",
                ],
            ),
        ],
        codes: &[(
            "status",
            &[
                "registered",
                "preliminary",
                "final",
                "amended",
                "corrected",
                "cancelled",
                "entered-in-error",
                "unknown",
            ],
        )],
        bound: &[],
        concepts: &["category", "code", "component.code"],
        dates: &[
            "effectiveDateTime",
            "effectivePeriod.start",
            "effectivePeriod.end",
            "issued",
        ],
        lists: &[
            "identifier",
            "basedOn",
            "partOf",
            "category",
            "focus",
            "performer",
            "interpretation",
            "note",
            "referenceRange",
            "hasMember",
            "derivedFrom",
            "component",
        ],
        points: &[
            ("performer", PERFORMERS),
            (
                "hasMember",
                &["Observation", "QuestionnaireResponse", "MolecularSequence"],
            ),
        ],
    },
    Shape {
        typ: "Condition",
        patient: "subject",
        required: &[],
        choices: &[
            (
                false,
                &[
                    "onsetDateTime",
                    "onsetAge",
                    "onsetPeriod",
                    "onsetRange",
                    "onsetString",
                ],
            ),
            (
                false,
                &[
                    "abatementDateTime",
                    "abatementAge",
                    "abatementPeriod",
                    "abatementRange",
                    "abatementString",
                ],
            ),
        ],
        codes: &[],
        bound: &[
            (
                "clinicalStatus",
                "http://terminology.hl7.org/CodeSystem/condition-clinical",
                &[
                    "active",
                    "recurrence",
                    "relapse",
                    "inactive",
                    "remission",
                    "resolved",
                ],
            ),
            (
                "verificationStatus",
                "http://terminology.hl7.org/CodeSystem/condition-ver-status",
                &[
                    "unconfirmed",
                    "provisional",
                    "differential",
                    "confirmed",
                    "refuted",
                    "entered-in-error",
                ],
            ),
        ],
        concepts: &["category", "severity", "code", "bodySite"],
        dates: &[
            "onsetDateTime",
            "onsetPeriod.start",
            "onsetPeriod.end",
            "abatementDateTime",
            "recordedDate",
        ],
        lists: &[
            "identifier",
            "category",
            "bodySite",
            "stage",
            "evidence",
            "note",
        ],
        points: &[("recorder", PEOPLE), ("asserter", PEOPLE)],
    },
    Shape {
        typ: "AllergyIntolerance",
        patient: "patient",
        required: &["reaction.manifestation"],
        choices: &[(
            false,
            &[
                "onsetDateTime",
                "onsetAge",
                "onsetPeriod",
                "onsetRange",
                "onsetString",
            ],
        )],
        codes: &[
            ("type", &["allergy", "intolerance"]),
            (
                "category",
                &["food", "medication", "environment", "biologic"],
            ),
            ("criticality", &["low", "high", "unable-to-assess"]),
            ("reaction.severity", &["mild", "moderate", "severe"]),
        ],
        bound: &[
            (
                "clinicalStatus",
                "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
                &["active", "inactive", "resolved"],
            ),
            (
                "verificationStatus",
                "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification",
                &["unconfirmed", "confirmed", "refuted", "entered-in-error"],
            ),
        ],
        concepts: &["code", "reaction.manifestation", "reaction.substance"],
        dates: &[
            "onsetDateTime",
            "recordedDate",
            "lastOccurrence",
            "reaction.onset",
        ],
        lists: &[
            "identifier",
            "category",
            "note",
            "reaction",
            "reaction.manifestation",
        ],
        points: &[("recorder", PEOPLE), ("asserter", PEOPLE)],
    },
    Shape {
        typ: "MedicationRequest",
        patient: "subject",
        required: &["status", "intent"],
        choices: &[
            (true, &["medicationCodeableConcept", "medicationReference"]),
            (false, &["reportedBoolean", "reportedReference"]),
        ],
        codes: &[
            (
                "status",
                &[
                    "active",
                    "on-hold",
                    "cancelled",
                    "completed",
                    "entered-in-error",
                    "stopped",
                    "draft",
                    "unknown",
                ],
            ),
            (
                "intent",
                &[
                    "proposal",
                    "plan",
                    "order",
                    "original-order",
                    "reflex-order",
                    "filler-order",
                    "instance-order",
                    "option",
                ],
            ),
            ("priority", &["routine", "urgent", "asap", "stat"]),
        ],
        bound: &[],
        concepts: &["medicationCodeableConcept", "category", "statusReason"],
        dates: &["authoredOn"],
        lists: &[
            "identifier",
            "category",
            "supportingInformation",
            "reasonCode",
            "reasonReference",
            "basedOn",
            "insurance",
            "note",
            "dosageInstruction",
        ],
        points: &[
            (
                "requester",
                &[
                    "Practitioner",
                    "PractitionerRole",
                    "Organization",
                    "Patient",
                    "RelatedPerson",
                    "Device",
                ],
            ),
            ("medicationReference", &["Medication"]),
        ],
    },
    Shape {
        typ: "DiagnosticReport",
        patient: "subject",
        required: &["status", "code"],
        choices: &[(false, &["effectiveDateTime", "effectivePeriod"])],
        codes: &[(
            "status",
            &[
                "registered",
                "partial",
                "preliminary",
                "final",
                "amended",
                "corrected",
                "appended",
                "cancelled",
                "entered-in-error",
                "unknown",
            ],
        )],
        bound: &[],
        concepts: &["category", "code", "conclusionCode"],
        dates: &[
            "effectiveDateTime",
            "effectivePeriod.start",
            "effectivePeriod.end",
            "issued",
        ],
        lists: &[
            "identifier",
            "basedOn",
            "category",
            "performer",
            "resultsInterpreter",
            "specimen",
            "result",
            "imagingStudy",
            "media",
            "conclusionCode",
            "presentedForm",
        ],
        points: &[("result", &["Observation"]), ("performer", PERFORMERS)],
    },
    Shape {
        typ: "Immunization",
        patient: "patient",
        required: &["status", "vaccineCode"],
        choices: &[(true, &["occurrenceDateTime", "occurrenceString"])],
        codes: &[("status", &["completed", "entered-in-error", "not-done"])],
        bound: &[],
        concepts: &["vaccineCode", "statusReason", "site", "route"],
        dates: &["occurrenceDateTime", "recorded", "expirationDate"],
        lists: &[
            "identifier",
            "performer",
            "note",
            "reasonCode",
            "reasonReference",
            "subpotentReason",
            "education",
            "programEligibility",
            "reaction",
            "protocolApplied",
        ],
        points: &[
            ("location", &["Location"]),
            ("manufacturer", &["Organization"]),
        ],
    },
    Shape {
        typ: "Procedure",
        patient: "subject",
        required: &["status"],
        choices: &[(
            false,
            &[
                "performedDateTime",
                "performedPeriod",
                "performedString",
                "performedAge",
                "performedRange",
            ],
        )],
        codes: &[(
            "status",
            &[
                "preparation",
                "in-progress",
                "not-done",
                "on-hold",
                "stopped",
                "completed",
                "entered-in-error",
                "unknown",
            ],
        )],
        bound: &[],
        concepts: &["category", "code", "statusReason", "outcome"],
        dates: &[
            "performedDateTime",
            "performedPeriod.start",
            "performedPeriod.end",
        ],
        lists: &[
            "identifier",
            "basedOn",
            "partOf",
            "performer",
            "reasonCode",
            "reasonReference",
            "bodySite",
            "report",
            "complication",
            "followUp",
            "note",
        ],
        points: &[
            ("recorder", PEOPLE),
            ("asserter", PEOPLE),
            ("location", &["Location"]),
        ],
    },
    Shape {
        typ: "DocumentReference",
        patient: "subject",
        required: &["status", "content", "content.attachment"],
        choices: &[],
        codes: &[
            ("status", &["current", "superseded", "entered-in-error"]),
            (
                "docStatus",
                &["preliminary", "final", "amended", "entered-in-error"],
            ),
        ],
        bound: &[],
        concepts: &["type", "category"],
        dates: &["date"],
        lists: &[
            "identifier",
            "category",
            "author",
            "relatesTo",
            "securityLabel",
            "content",
        ],
        points: &[("custodian", &["Organization"])],
    },
];

pub(super) fn shape(typ: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.typ == typ)
}
