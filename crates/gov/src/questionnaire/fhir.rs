//! FHIR Questionnaire, out and in.
