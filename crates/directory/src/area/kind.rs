//! Kinds of area. They lie over one another: none is a part of another.

use renkei_base::name::search_key;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AreaKind {
    /// 二次保健医療圏
    SecondaryMedical,
    /// 構想区域
    RegionalPlan,
    /// 精神医療圏
    Psychiatric,
    /// 救急医療圏
    Emergency,
    /// 障害保健福祉圏域
    DisabilityWelfare,
    /// 老人福祉圏域
    ElderlyWelfare,
    /// 日常生活圏域
    DailyLiving,
}

impl AreaKind {
    pub const ALL: [Self; 7] = [
        Self::SecondaryMedical,
        Self::RegionalPlan,
        Self::Psychiatric,
        Self::Emergency,
        Self::DisabilityWelfare,
        Self::ElderlyWelfare,
        Self::DailyLiving,
    ];

    /// The code in tables, files and addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SecondaryMedical => "secondary-medical-area",
            Self::RegionalPlan => "regional-plan-area",
            Self::Psychiatric => "psychiatric-area",
            Self::Emergency => "emergency-area",
            Self::DisabilityWelfare => "disability-welfare-area",
            Self::ElderlyWelfare => "elderly-welfare-area",
            Self::DailyLiving => "daily-living-area",
        }
    }

    /// The key of its name in the message files.
    pub const fn key(self) -> &'static str {
        match self {
            Self::SecondaryMedical => "area-kind-secondary-medical-area",
            Self::RegionalPlan => "area-kind-regional-plan-area",
            Self::Psychiatric => "area-kind-psychiatric-area",
            Self::Emergency => "area-kind-emergency-area",
            Self::DisabilityWelfare => "area-kind-disability-welfare-area",
            Self::ElderlyWelfare => "area-kind-elderly-welfare-area",
            Self::DailyLiving => "area-kind-daily-living-area",
        }
    }

    /// Names in files, the official one first.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::SecondaryMedical => {
                &["二次保健医療圏", "二次医療圏", "2次医療圏", "2次保健医療圏"]
            }
            Self::RegionalPlan => &["構想区域", "地域医療構想区域"],
            Self::Psychiatric => &["精神医療圏", "精神科医療圏"],
            Self::Emergency => &["救急医療圏", "精神科救急医療圏"],
            Self::DisabilityWelfare => &["障害保健福祉圏域", "障害福祉圏域"],
            Self::ElderlyWelfare => &["老人福祉圏域", "高齢者保健福祉圏域", "老人保健福祉圏域"],
            Self::DailyLiving => &["日常生活圏域"],
        }
    }

    /// The Japanese name.
    pub fn name(self) -> &'static str {
        self.names().first().copied().unwrap_or_default()
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// A code, or a name as files write it.
    pub fn parse(text: &str) -> Option<Self> {
        let key = search_key(text);
        let named = |kind: &Self| kind.names().iter().any(|name| search_key(name) == key);
        Self::from_code(text.trim()).or_else(|| Self::ALL.into_iter().find(named))
    }

    /// Whether such areas divide municipalities, so that one municipality may belong to several at once.
    pub const fn divides(self) -> bool {
        matches!(self, Self::DailyLiving)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_from_codes_and_names() {
        for kind in AreaKind::ALL {
            assert_eq!(AreaKind::parse(kind.code()), Some(kind));
            assert_eq!(AreaKind::parse(kind.name()), Some(kind));
        }
        assert_eq!(
            AreaKind::parse("２次医療圏 "),
            Some(AreaKind::SecondaryMedical)
        );
        assert_eq!(AreaKind::parse("三次医療圏"), None);
        assert_eq!(AreaKind::parse(""), None);
    }
}
