//! What the sheets say to one line, and what a percentage of it is of.

use super::Said;
use super::percent::percent;
use crate::Status;

/// What percentages are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Base {
    /// Everybody who is counted; who was not asked has not done it.
    #[default]
    All,
    /// Those who were asked; 非該当 stands apart.
    Asked,
    /// Those who handed something in and said something; 無回答 stands apart.
    Answered,
}

impl Base {
    pub const ALL: [Self; 3] = [Self::All, Self::Asked, Self::Answered];

    /// In addresses and tables.
    pub const fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Asked => "asked",
            Self::Answered => "answered",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|base| base.code() == code)
    }
}

/// How many sheets say what. 集計外 is in none of the numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Everybody who is counted.
    pub all: u32,
    /// 実施, with those that an override says.
    pub yes: u32,
    /// 未実施 by an answer of its own or an override.
    pub no: u32,
    /// 非該当
    pub not_asked: u32,
    /// 無回答
    pub no_answer: u32,
    /// Something that is neither 実施 nor 未実施.
    pub stated: u32,
    /// 不明
    pub unknown: u32,
    /// 非公表
    pub undisclosed: u32,
    /// Of `yes`, those that an override says.
    pub yes_overridden: u32,
    /// Of `no`, those that an override says.
    pub no_overridden: u32,
}

impl Tally {
    pub fn add(&mut self, said: Said) {
        let field = match said.status {
            Status::NotCounted => return,
            Status::Yes => &mut self.yes,
            Status::No => &mut self.no,
            Status::NotAsked => &mut self.not_asked,
            Status::NoAnswer => &mut self.no_answer,
            Status::Stated => &mut self.stated,
            Status::Undisclosed => &mut self.undisclosed,
            Status::Unknown | Status::NotComputed => &mut self.unknown,
        };
        *field += 1;
        self.all += 1;
        match said.status {
            Status::Yes if said.overridden => self.yes_overridden += 1,
            Status::No if said.overridden => self.no_overridden += 1,
            _ => {}
        }
    }

    /// What its percentages are of.
    pub const fn n(&self, base: Base) -> u32 {
        match base {
            Base::All => self.all,
            Base::Asked => self.all - self.not_asked,
            Base::Answered => self.all - self.no_answer,
        }
    }

    /// 未実施: who was not asked has not done it either, unless percentages are of those who were asked.
    pub const fn no(&self, base: Base) -> u32 {
        match base {
            Base::All | Base::Answered => self.no + self.not_asked,
            Base::Asked => self.no,
        }
    }

    /// What was said that is neither 実施 nor 未実施: numbers and texts, 不明, 非公表.
    pub const fn other(&self) -> u32 {
        self.stated + self.unknown + self.undisclosed
    }

    pub fn yes_percent(&self, base: Base) -> String {
        percent(self.yes, self.n(base))
    }

    pub fn no_percent(&self, base: Base) -> String {
        percent(self.no(base), self.n(base))
    }
}
