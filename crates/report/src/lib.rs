//! Documents for people: PDF and QR from plain structs.
