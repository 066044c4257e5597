//! One referral's steps, taken by its people.

use renkei_base::clock::Span;
use renkei_base::{Ctx, Micros, Refusal};
use renkei_care::Care;
use renkei_care::attachment::{Of, add};
use renkei_care::referral::command::Time;
use renkei_care::referral::{
    CancelReason, Command, DeclineReason, DraftForm, DraftSaved, NewSlot, Step, act, save_draft,
};
use renkei_care::reply::{ReplyForm, ReplySaved, release, save};
use renkei_store::Failure;

use super::Plan;
use super::flow::{Detail, Leg};
use crate::SampleError;
use crate::data::{Data, Letter, file};
use crate::moment::{ago, coming, quarter, working};
use crate::region::{Person, ctx};

/// Between two steps at the least.
const PAUSE: Span = Span::minutes(4);
const VISIT: Span = Span::minutes(15);

struct Walk<'a> {
    care: &'a Care,
    data: &'a Data,
    seed: u64,
    now: Micros,
    plan: Plan,
    /// When the last step was taken, and which it was.
    last: Micros,
    before: Step,
    /// Slots taken so far.
    slots: usize,
    /// Version of the reply's draft.
    reply: u32,
}

/// Takes all steps, one after the other.
pub(crate) async fn all(
    care: &Care,
    data: &Data,
    seed: u64,
    now: Micros,
    mut plan: Plan,
) -> Result<(), SampleError> {
    let steps = std::mem::take(&mut plan.steps);
    let mut walk = Walk {
        care,
        data,
        seed,
        now,
        plan,
        last: Micros(i64::MIN),
        before: Step::SaveDraft,
        slots: 0,
        reply: 0,
    };
    for leg in &steps {
        let at = ago(now, leg.age, walk.plan.nth)
            .max(walk.last + PAUSE)
            .min(now);
        walk.last = at;
        let what = format!("{} {}", walk.plan.row.key, leg.step.code());
        let taken = Box::pin(walk.take(leg, at)).await;
        taken.map_err(SampleError::at(&what))?;
        walk.before = leg.step;
    }
    Ok(())
}

impl Walk<'_> {
    async fn take(&mut self, leg: &Leg, at: Micros) -> Result<(), Failure> {
        let ctx = self.ctx(leg.step, at);
        let case = self.plan.case.clone();
        match leg.step {
            Step::SaveDraft => self.draft(&ctx).await,
            Step::SaveReply => {
                let form = self.reply_form(leg)?;
                if let ReplySaved::Saved { version } =
                    save(self.care, &ctx, &case, 0, &form).await?
                {
                    self.reply = version;
                }
                Ok(())
            }
            Step::Reply => {
                let form = self.reply_form(leg)?;
                release(self.care, &ctx, &case, self.reply, &form).await?;
                self.reply = 0;
                Ok(())
            }
            _ => {
                let command = self.command(leg)?;
                act(self.care, &ctx, &case, None, command).await?;
                Ok(())
            }
        }
    }

    async fn draft(&self, ctx: &Ctx) -> Result<(), Failure> {
        let case = &self.plan.case;
        let saved = save_draft(self.care, ctx, case, 0, &self.form()?).await?;
        if let DraftSaved::Conflict(_) = saved {
            return Err(Refusal::Conflict.into());
        }
        for key in self.plan.row.files.split_whitespace() {
            let (title, bytes) = file(key).map_err(|_| Refusal::NotFound)?;
            add(self.care, ctx, case, Of::Letter, title, bytes.to_vec()).await?;
        }
        Ok(())
    }

    fn form(&self) -> Result<DraftForm, Refusal> {
        let plan = &self.plan;
        let letter = self
            .data
            .letters
            .get(&plan.row.letter)
            .ok_or(Refusal::NotFound)?;
        // A letter that somebody has only just begun.
        let begun = Letter {
            diagnosis: letter.diagnosis.clone(),
            ..Letter::default()
        };
        let letter = if plan.row.flow == "draft-empty" {
            &begun
        } else {
            letter
        };
        Ok(DraftForm {
            patient: plan.patient.to_string(),
            addressee: plan.addressee.to_string(),
            department: plan.department.to_string(),
            addressee_doctor: if plan.nth.is_multiple_of(3) {
                plan.doctor.caller.name.clone()
            } else {
                String::new()
            },
            priority: plan.row.priority.clone(),
            purpose: letter.purpose.clone(),
            diagnosis: letter.diagnosis.clone(),
            course: letter.course.clone(),
            past_history: letter.past_history.clone(),
            family_history: letter.family_history.clone(),
            treatment: letter.treatment.clone(),
            medication: letter.medication.clone(),
            medication_lines: Vec::new(),
            medication_of: String::new(),
            remarks: letter.remarks.clone(),
        })
    }

    fn reply_form(&self, leg: &Leg) -> Result<ReplyForm, Refusal> {
        let form = self
            .data
            .replies
            .get(&self.plan.row.reply)
            .ok_or(Refusal::NotFound)?;
        let (closes, kind) = match &leg.detail {
            Detail::Word(word) => match word.as_str() {
                "closes" => ("on", ""),
                "more" => ("more", ""),
                kind => ("", kind),
            },
            _ => ("", ""),
        };
        Ok(ReplyForm {
            closes: closes.to_owned(),
            kind: kind.to_owned(),
            ..form.clone()
        })
    }

    fn command(&mut self, leg: &Leg) -> Result<Command, Refusal> {
        let text = self.text(leg);
        Ok(match leg.step {
            Step::Submit => Command::Submit,
            Step::Send => Command::Send,
            Step::Receive => Command::Receive,
            Step::StartTriage => Command::StartTriage,
            Step::Accept => Command::Accept {
                department: None,
                text,
            },
            Step::Decline => Command::Decline {
                reason: self.reason(leg)?,
                text,
            },
            Step::Book => Command::Book(self.time(leg)?),
            Step::Rebook => Command::Rebook(self.time(leg)?),
            Step::Arrive => Command::Arrive { early: false },
            Step::Close => Command::Close,
            Step::Acknowledge => Command::Acknowledge,
            Step::Return => Command::Return { text },
            Step::Cancel => Command::Cancel {
                reason: Some(CancelReason::Patient),
                text,
            },
            _ => return Err(Refusal::NotFound),
        })
    }

    fn text(&self, leg: &Leg) -> String {
        let key = match &leg.detail {
            Detail::Word(word) => format!("{}-{word}", leg.step.code()),
            _ => leg.step.code().to_owned(),
        };
        self.data.flows.text.get(&key).cloned().unwrap_or_default()
    }

    fn reason(&self, leg: &Leg) -> Result<DeclineReason, Refusal> {
        match &leg.detail {
            Detail::Word(word) => DeclineReason::from_code(word).ok_or(Refusal::NotFound),
            _ => Err(Refusal::NotFound),
        }
    }

    fn time(&mut self, leg: &Leg) -> Result<Time, Refusal> {
        let start = match leg.detail {
            Detail::Slot => {
                let slot = self.plan.slots.get(self.slots).ok_or(Refusal::NotFound)?;
                self.slots += 1;
                return Ok(Time::Slot(slot.id.clone()));
            }
            Detail::At(span) if span < Span(0) => {
                quarter(ago(self.now, Span(-span.0), self.plan.nth))
            }
            Detail::At(span) => quarter(coming(self.now + span)),
            _ => return Err(Refusal::NotFound),
        };
        let start = if start < self.now {
            quarter(working(start))
        } else {
            start
        };
        Ok(Time::New(NewSlot {
            start,
            end: start + VISIT,
            doctor: self.plan.doctor.caller.name.clone(),
            place: self.plan.place.clone(),
            department: None,
            confirmed: true,
        }))
    }

    fn ctx(&self, step: Step, at: Micros) -> Ctx {
        let act = format!("{}/{}", self.plan.row.key, step.code());
        ctx(self.seed, &self.person(step).caller, &act, at)
    }

    /// Who takes a step.
    const fn person(&self, step: Step) -> &Person {
        let plan = &self.plan;
        match step {
            Step::SaveDraft | Step::Submit => &plan.drafter,
            Step::Acknowledge if matches!(self.before, Step::Cancel) => &plan.clerk,
            Step::Send | Step::Cancel | Step::Close | Step::Acknowledge | Step::Return => {
                &plan.sender
            }
            Step::StartTriage | Step::Arrive | Step::SaveReply => &plan.nurse,
            Step::Reply => &plan.doctor,
            _ => &plan.clerk,
        }
    }
}
