//! One referral's steps, taken by its people.

use renkei_base::clock::Span;
use renkei_base::{Ctx, Micros, Refusal};
use renkei_care::Care;
use renkei_care::attachment::{Of, add};
use renkei_care::referral::command::Time;
use renkei_care::referral::{
    Command, DeclineReason, DraftForm, DraftSaved, NewSlot, Verb, act, save_draft,
};
use renkei_care::reply::{ReplyForm, ReplySaved, release, save};
use renkei_store::Failure;

use super::Plan;
use super::flow::{Detail, Step};
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
    before: Verb,
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
        before: Verb::SaveDraft,
        slots: 0,
        reply: 0,
    };
    for step in &steps {
        let at = ago(now, step.age, walk.plan.nth)
            .max(walk.last + PAUSE)
            .min(now);
        walk.last = at;
        let what = format!("{} {}", walk.plan.row.key, step.verb.code());
        let taken = Box::pin(walk.take(step, at)).await;
        taken.map_err(SampleError::at(&what))?;
        walk.before = step.verb;
    }
    Ok(())
}

impl Walk<'_> {
    async fn take(&mut self, step: &Step, at: Micros) -> Result<(), Failure> {
        let ctx = self.ctx(step.verb, at);
        let case = self.plan.case.clone();
        match step.verb {
            Verb::SaveDraft => self.draft(&ctx).await,
            Verb::SaveReply => {
                let form = self.reply_form(step)?;
                if let ReplySaved::Saved { version } =
                    save(self.care, &ctx, &case, 0, &form).await?
                {
                    self.reply = version;
                }
                Ok(())
            }
            Verb::Reply => {
                let form = self.reply_form(step)?;
                release(self.care, &ctx, &case, self.reply, &form).await?;
                self.reply = 0;
                Ok(())
            }
            _ => {
                let command = self.command(step)?;
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

    fn reply_form(&self, step: &Step) -> Result<ReplyForm, Refusal> {
        let form = self
            .data
            .replies
            .get(&self.plan.row.reply)
            .ok_or(Refusal::NotFound)?;
        let (closes, kind) = match &step.detail {
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

    fn command(&mut self, step: &Step) -> Result<Command, Refusal> {
        let text = self.text(step);
        Ok(match step.verb {
            Verb::Submit => Command::Submit,
            Verb::Send => Command::Send,
            Verb::Receive => Command::Receive,
            Verb::StartTriage => Command::StartTriage,
            Verb::Accept => Command::Accept {
                department: None,
                text,
            },
            Verb::Decline => Command::Decline {
                reason: self.reason(step)?,
                text,
            },
            Verb::Book => Command::Book(self.time(step)?),
            Verb::Rebook => Command::Rebook(self.time(step)?),
            Verb::Arrive => Command::Arrive { early: false },
            Verb::Close => Command::Close,
            Verb::Acknowledge => Command::Acknowledge,
            Verb::Return => Command::Return { text },
            Verb::Cancel => Command::Cancel { text },
            _ => return Err(Refusal::NotFound),
        })
    }

    fn text(&self, step: &Step) -> String {
        let key = match &step.detail {
            Detail::Word(word) => format!("{}-{word}", step.verb.code()),
            _ => step.verb.code().to_owned(),
        };
        self.data.flows.text.get(&key).cloned().unwrap_or_default()
    }

    fn reason(&self, step: &Step) -> Result<DeclineReason, Refusal> {
        match &step.detail {
            Detail::Word(word) => DeclineReason::from_code(word).ok_or(Refusal::NotFound),
            _ => Err(Refusal::NotFound),
        }
    }

    fn time(&mut self, step: &Step) -> Result<Time, Refusal> {
        let start = match step.detail {
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
        }))
    }

    fn ctx(&self, verb: Verb, at: Micros) -> Ctx {
        let act = format!("{}/{}", self.plan.row.key, verb.code());
        ctx(self.seed, &self.person(verb).caller, &act, at)
    }

    /// Who takes a step.
    const fn person(&self, verb: Verb) -> &Person {
        let plan = &self.plan;
        match verb {
            Verb::SaveDraft | Verb::Submit => &plan.drafter,
            Verb::Acknowledge if matches!(self.before, Verb::Cancel) => &plan.clerk,
            Verb::Send | Verb::Cancel | Verb::Close | Verb::Acknowledge | Verb::Return => {
                &plan.sender
            }
            Verb::StartTriage | Verb::Arrive | Verb::SaveReply => &plan.nurse,
            Verb::Reply => &plan.doctor,
            _ => &plan.clerk,
        }
    }
}
