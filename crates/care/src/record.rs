//! The record: the clinical resources of a patient, as institutions write them. Without pages yet.
