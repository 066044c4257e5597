//! Kinds of institution.

use renkei_base::code::FeeTable;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Hospital,
    Clinic,
    DentalClinic,
    MaternityHome,
    Pharmacy,
    VisitingNurse,
    CareManager,
    CareService,
    /// 介護施設・住まい: where people live with care.
    CareHome,
    HealthCentre,
    WardOffice,
    MunicipalOffice,
    Prefecture,
    RegionOffice,
    MedicalAssociation,
    /// 相談窓口: not a place of treatment; its worries are tags, its hours are openings.
    ConsultationDesk,
}

impl Kind {
    pub const ALL: [Self; 16] = [
        Self::Hospital,
        Self::Clinic,
        Self::DentalClinic,
        Self::MaternityHome,
        Self::Pharmacy,
        Self::VisitingNurse,
        Self::CareManager,
        Self::CareService,
        Self::CareHome,
        Self::HealthCentre,
        Self::WardOffice,
        Self::MunicipalOffice,
        Self::Prefecture,
        Self::RegionOffice,
        Self::MedicalAssociation,
        Self::ConsultationDesk,
    ];

    /// The code in tables, forms and FHIR.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Hospital => "hospital",
            Self::Clinic => "clinic",
            Self::DentalClinic => "dental-clinic",
            Self::MaternityHome => "maternity-home",
            Self::Pharmacy => "pharmacy",
            Self::VisitingNurse => "visiting-nurse",
            Self::CareManager => "care-manager",
            Self::CareService => "care-service",
            Self::CareHome => "care-home",
            Self::HealthCentre => "health-centre",
            Self::WardOffice => "ward-office",
            Self::MunicipalOffice => "municipal-office",
            Self::Prefecture => "prefecture",
            Self::RegionOffice => "region-office",
            Self::MedicalAssociation => "medical-association",
            Self::ConsultationDesk => "consultation-desk",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The key of its name in the message files.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Hospital => "institution-kind-hospital",
            Self::Clinic => "institution-kind-clinic",
            Self::DentalClinic => "institution-kind-dental-clinic",
            Self::MaternityHome => "institution-kind-maternity-home",
            Self::Pharmacy => "institution-kind-pharmacy",
            Self::VisitingNurse => "institution-kind-visiting-nurse",
            Self::CareManager => "institution-kind-care-manager",
            Self::CareService => "institution-kind-care-service",
            Self::CareHome => "institution-kind-care-home",
            Self::HealthCentre => "institution-kind-health-centre",
            Self::WardOffice => "institution-kind-ward-office",
            Self::MunicipalOffice => "institution-kind-municipal-office",
            Self::Prefecture => "institution-kind-prefecture",
            Self::RegionOffice => "institution-kind-region-office",
            Self::MedicalAssociation => "institution-kind-medical-association",
            Self::ConsultationDesk => "institution-kind-consultation-desk",
        }
    }

    /// 機関区分 of 医療情報ネット.
    pub fn from_registry(code: &str) -> Option<Self> {
        match code {
            "1" => Some(Self::Hospital),
            "2" => Some(Self::Clinic),
            "3" => Some(Self::DentalClinic),
            "4" => Some(Self::MaternityHome),
            "5" => Some(Self::Pharmacy),
            _ => None,
        }
    }

    /// The fee table of its ten-digit code, where it has one.
    pub const fn fee_table(self) -> Option<FeeTable> {
        match self {
            Self::Hospital | Self::Clinic => Some(FeeTable::Medical),
            Self::DentalClinic => Some(FeeTable::Dental),
            Self::Pharmacy => Some(FeeTable::Pharmacy),
            Self::VisitingNurse => Some(FeeTable::VisitingNursing),
            _ => None,
        }
    }

    /// What people type for it, as search keys.
    pub(crate) const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Hospital => &["病院", "びょういん", "hospital"],
            Self::Clinic => &["診療所", "くりにっく", "医院", "しんりょうじょ", "clinic"],
            Self::DentalClinic => &["歯科", "しか", "歯科診療所", "dental"],
            Self::MaternityHome => &["助産所", "助産院"],
            Self::Pharmacy => &["薬局", "やっきょく", "pharmacy"],
            Self::VisitingNurse => &["訪問看護", "訪看", "ほうもんかんご"],
            Self::CareManager => &["居宅介護支援", "居宅", "けあまね", "けあまねじゃ-"],
            Self::CareService => &["介護"],
            Self::CareHome => &["介護施設", "老人ほ-む", "特養", "老健", "ぐる-ぷほ-む"],
            Self::HealthCentre => &["保健所", "ほけんじょ", "保健せんた-"],
            Self::WardOffice => &["区役所"],
            Self::MunicipalOffice => &["市役所", "役場"],
            Self::Prefecture => &["都道府県", "県庁"],
            Self::RegionOffice => &["事務局", "地域窓口"],
            Self::MedicalAssociation => &["医師会"],
            Self::ConsultationDesk => &["相談窓口", "相談", "そうだん", "まどぐち"],
        }
    }
}
