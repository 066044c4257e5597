//! Identifier systems (JP Core 1.2.0, CLINS 1.5.2) and the URLs of renkei's own.

/// 保険医療機関番号, ten digits: prefecture 2, fee table 1, institution 7.
pub const INSTITUTION_NO: &str =
    "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no";
/// 施設内患者番号: followed by `1` and the institution's ten digits.
pub const PATIENT_LOCAL_PREFIX: &str = "urn:oid:1.2.392.100495.20.3.51.1";
/// 施設内医師番号, in the same way.
pub const DOCTOR_LOCAL_PREFIX: &str = "urn:oid:1.2.392.100495.20.3.41.1";
/// 被保険者個人識別子, `insurer (8 digits):symbol:number:branch (2 digits)`; an absent part is empty.
pub const INSURED_PERSON: &str = "http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID";
/// 保険者番号.
pub const INSURER_NUMBER: &str = "http://jpfhir.jp/fhir/core/mhlw/IdSystem/InsurerNumber";
/// 被保険者証記号.
pub const INSURED_SYMBOL: &str = "http://jpfhir.jp/fhir/core/mhlw/IdSystem/InsuredPersonSymbol";
/// 被保険者証番号.
pub const INSURED_NUMBER: &str = "http://jpfhir.jp/fhir/core/mhlw/IdSystem/InsuredPersonNumber";
/// 被保険者証枝番.
pub const INSURED_SUBNUMBER: &str =
    "http://jpfhir.jp/fhir/core/mhlw/IdSystem/InsuredPersonSubnumber";
/// 公費負担者番号.
pub const PUBLIC_PAYER_NUMBER: &str = "http://jpfhir.jp/fhir/core/mhlw/IdSystem/PublicPayerNumber";
/// 公費受給者番号.
pub const PUBLIC_INSURED_NUMBER: &str =
    "http://jpfhir.jp/fhir/core/mhlw/IdSystem/PublicInsuredPersonNumber";
/// 医籍登録番号.
pub const MEDICAL_REGISTRATION: &str =
    "http://jpfhir.jp/fhir/core/mhlw/IdSystem/medicalRegistrationNumber";
/// An instance of a document.
pub const DOCUMENT_INSTANCE: &str =
    "http://jpfhir.jp/fhir/core/IdSystem/documentInstance-identifier";
/// An instance of a resource.
pub const RESOURCE_INSTANCE: &str =
    "http://jpfhir.jp/fhir/core/IdSystem/resourceInstance-identifier";
/// A document Bundle, as CLINS names it.
pub const BUNDLE: &str = "http://jpfhir.jp/fhir/clins/bundle-identifier";
/// 診療科 (SS-MIX2), two or three digits.
pub const DEPARTMENT: &str = "http://jami.jp/SS-MIX2/CodeSystem/ClinicalDepartment";

/// Whose turn a Task is: `valueReference` to an Organization. Searched as `x-holder`.
pub const HOLDER: &str = "https://renkei.example/fhir/StructureDefinition/holder";
/// Who has news of a Task to read: `valueReference` to an Organization. Searched as `x-news`.
pub const NEWS: &str = "https://renkei.example/fhir/StructureDefinition/news";
/// Who waits for the holder of a Task: `valueReference` to an Organization. Searched as `x-watcher`.
pub const WATCHER: &str = "https://renkei.example/fhir/StructureDefinition/watcher";
/// What tells two Tasks of one state apart: `valueCode`. Searched as `x-mark`.
pub const MARK: &str = "https://renkei.example/fhir/StructureDefinition/mark";
/// How a HumanName is written: `valueCode` IDE (kanji), SYL (kana) or ABC (Latin letters).
pub const NAME_REPRESENTATION: &str =
    "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation";
/// An account of renkei: who a person was when something was written.
pub const ACCOUNT: &str = "https://renkei.example/fhir/sid/account";
/// Which step an annotation of a Task tells of: `valueCode`.
pub const EVENT: &str = "https://renkei.example/fhir/StructureDefinition/event";
/// Why it was done, on an annotation of a Task: `valueCode`.
pub const REASON: &str = "https://renkei.example/fhir/StructureDefinition/reason";
/// Who has not read a message on a Task: `valueReference` to an Organization. Searched as `x-unread`.
pub const UNREAD: &str = "https://renkei.example/fhir/StructureDefinition/unread";
/// Why an element has no value: `valueCode`.
pub const ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
/// The keys of refusals, as codes.
pub const REFUSAL: &str = "https://renkei.example/fhir/CodeSystem/refusal";
/// The rules that documents are checked by: JP-CLINS' own numbers, and names of ours.
pub const DOCUMENT_RULE: &str = "https://renkei.example/fhir/CodeSystem/document-rule";
/// The same text in a language: `lang` and `content`.
pub const TRANSLATION: &str = "http://hl7.org/fhir/StructureDefinition/translation";
