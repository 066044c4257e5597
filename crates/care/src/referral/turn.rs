//! The common part of every step: the task moves on, both sides are told, the audit and the counts are written.

use renkei_base::era::Month;
use renkei_base::{Ctx, Id, Micros};
use renkei_fhir::task::{Entry, Task};
use renkei_store::{Changes, Count, Note};

use super::case::Case;
use super::{Side, State, Step};
use crate::{Deadlines, Priority};

/// The mark of a draft that the doctor gave back.
pub(crate) const RETURNED: &str = "returned";
/// The mark of a case whose reply is being written.
pub(crate) const REPLY_BEGUN: &str = "reply-begun";
/// The mark of a case that waits for a reply that nobody has begun.
pub(crate) const REPLY_OWED: &str = "reply-owed";

/// A step being taken.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    ctx: &'a Ctx,
    case: &'a Case,
    step: Step,
    pub(crate) task: Task,
    pub(crate) changes: Changes,
}

impl<'a> Turn<'a> {
    pub(crate) fn new(ctx: &'a Ctx, case: &'a Case, step: Step) -> Self {
        Self {
            ctx,
            case,
            step,
            task: case.task.view.clone(),
            changes: Changes::default(),
        }
    }

    /// Moves the task to a state: whose turn, until when. `visit_end` for bookings.
    pub(crate) fn enter(&mut self, to: State, deadlines: &Deadlines, visit_end: Option<Micros>) {
        enter(&mut self.task, self.ctx, to, deadlines, visit_end);
    }

    /// Nobody's turn any more.
    pub(crate) fn rest(&mut self) {
        self.task.set_holder(None);
        self.task.set_due(None);
        self.task.set_news(None);
        self.task.set_watcher(None);
        self.task.set_mark(None);
    }

    /// A reply that was begun before the case was closed is still to go out, or to be let be.
    pub(crate) fn keep_reply(&mut self, deadlines: &Deadlines) {
        begin_unasked(&mut self.task, self.ctx, deadlines);
    }

    /// The sender has this to read, whoever's turn it is.
    pub(crate) fn tell_sender(&mut self) {
        let sender = self.case.sender.clone();
        self.task.set_news(Some(&sender));
        self.task.set_watcher(None);
    }

    /// That institution has read what there was to read; where the case is over, nothing more is its to do.
    pub(crate) fn read(&mut self, to: State, reader: &Id) {
        self.task.set_unread(reader, false);
        if self.task.news().as_ref() == Some(reader) {
            self.task.set_news(None);
            watch(&mut self.task);
        }
        if to.is_over() && self.task.holder().as_ref() == Some(reader) {
            self.task.set_holder(None);
            self.task.set_due(None);
            self.task.set_watcher(None);
            self.task.set_mark(None);
        }
    }

    /// The receiver owes another reply.
    pub(crate) fn await_reply(&mut self, deadlines: &Deadlines) {
        let holder = self.case.addressee();
        let priority = self.case.priority();
        let due = deadlines.due(State::RepliedInterim, priority, self.ctx.at, None);
        self.task.set_holder(holder.as_ref());
        self.task.set_due(due.filter(|_| holder.is_some()));
        self.task.set_mark(Some(REPLY_OWED));
        self.tell_sender();
    }

    /// The department that takes the case; the history names it.
    pub(crate) fn assign(&mut self, department: Option<&(Id, String)>) {
        let now = self.task.department().map(|(id, _)| id);
        if let Some((id, name)) = department.filter(|(id, _)| now.as_ref() != Some(id)) {
            self.task.set_department(Some((id, name)));
            self.log_as(Step::Assign, name, "");
        }
    }

    /// A line of the history, with what the person wrote, and the code of the reason.
    pub(crate) fn log(&mut self, text: &str, reason: &str) {
        self.log_as(self.step, text, reason);
    }

    /// A line of what comes with the step.
    pub(crate) fn log_as(&mut self, step: Step, text: &str, reason: &str) {
        let account = self.ctx.caller.account.as_ref();
        let mut entry = entry(self.ctx, step, text);
        reason.clone_into(&mut entry.reason);
        self.task.push_entry(&entry, account);
    }

    /// Adds to a count of an end's institution, in this month.
    pub(crate) fn count(
        &mut self,
        indicator: &'static str,
        side: Side,
        area: &str,
        numerator: i64,
        denominator: i64,
    ) {
        self.count_at(self.ctx.at, indicator, side, area, (numerator, denominator));
    }

    /// Adds to a count of the month of that time: to correct what was counted then.
    pub(crate) fn count_at(
        &mut self,
        at: Micros,
        indicator: &'static str,
        side: Side,
        area: &str,
        (numerator, denominator): (i64, i64),
    ) {
        let Some(institution) = self.case.institution(side) else {
            return;
        };
        self.changes.counts.push(Count {
            indicator,
            period: Month::of(at.in_japan().date()).to_string(),
            area: area.to_owned(),
            institution: institution.to_string(),
            numerator,
            denominator,
        });
    }

    /// Everything that the step writes.
    pub(crate) fn finish(mut self, to: State) -> Changes {
        self.task.set_modified(self.ctx.at);
        if to != self.case.state {
            self.set_request_status(to);
            if to.is_over() {
                self.task.set_ended(self.ctx.at);
            }
        }
        self.changes
            .update(&self.case.task.stored, self.task.clone().into_resource());
        let detail = format!("{} {}", self.case.state.code(), to.code());
        self.changes.note(note(self.case, self.step).detail(detail));
        self.changes.tell = told(self.case, to);
        self.changes
    }

    fn set_request_status(&mut self, to: State) {
        let status = to.request_status();
        let mut request = self.case.request.view.clone();
        // The request may be among the changes already (sending gives it its number).
        let put = self
            .changes
            .puts
            .iter_mut()
            .find(|put| put.resource.typ() == "ServiceRequest");
        match put {
            Some(put) => put.resource.set("status", serde_json::Value::from(status)),
            None if request.status() != status => {
                request.set_status(status);
                self.changes
                    .update(&self.case.request.stored, request.into_resource());
            }
            None => {}
        }
    }
}

/// Sets state, turn and deadline on a task.
pub(crate) fn enter(
    task: &mut Task,
    ctx: &Ctx,
    to: State,
    deadlines: &Deadlines,
    visit_end: Option<Micros>,
) {
    task.set_state(to.code(), to.task_status());
    let never_sent = task.started().is_none();
    let holder = match to.holder() {
        Side::Sender => task.requester(),
        Side::Receiver if never_sent => None,
        Side::Receiver => task.owner(),
    };
    let holder = holder.map(|(id, _)| id);
    let priority = Priority::from_code(task.priority()).unwrap_or_default();
    let due = deadlines
        .due(to, priority, ctx.at, visit_end)
        .filter(|_| holder.is_some());
    task.set_holder(holder.as_ref());
    task.set_due(due);
    task.set_news(None);
    task.set_mark((to == State::Arrived).then_some(REPLY_OWED));
    watch(task);
}

/// The sender waits while it is the turn of somebody else.
fn watch(task: &mut Task) {
    let sender = task.requester().map(|(id, _)| id);
    let waits = task.holder().is_some() && task.holder() != sender;
    task.set_watcher(sender.filter(|_| waits).as_ref());
}

/// A reply that nobody waits for was begun, to a closed case or after one that promised nothing: from now on it is the receiver's turn; what the sender had to read stays news.
pub(crate) fn begin_unasked(task: &mut Task, ctx: &Ctx, deadlines: &Deadlines) {
    let sender = task.requester().map(|(id, _)| id);
    let unread = task
        .holder()
        .filter(|holder| Some(holder) == sender.as_ref());
    let receiver = task.owner().map(|(id, _)| id);
    let priority = Priority::from_code(task.priority()).unwrap_or_default();
    if unread.is_some() {
        task.set_news(unread.as_ref());
    }
    task.set_holder(receiver.as_ref());
    task.set_due(deadlines.due(State::Arrived, priority, ctx.at, None));
    task.set_mark(Some(REPLY_BEGUN));
    task.set_watcher(None);
}

/// A line of the history by the caller.
pub(crate) fn entry(ctx: &Ctx, step: Step, text: &str) -> Entry {
    Entry {
        at: ctx.at,
        code: step.code().to_owned(),
        by: ctx.caller.name.clone(),
        institution: ctx.caller.institution.clone(),
        text: text.to_owned(),
        reason: String::new(),
    }
}

/// The audit line of a step.
pub(crate) fn note(case: &Case, step: Step) -> Note {
    Note::new(&action(step))
        .patient(&case.patient_id)
        .what(case.task.stored.key.clone())
}

/// The audit line of a try, on what may be no case at all.
pub(crate) fn tried(case: &Id, step: Step) -> Note {
    Note::new(&action(step)).what(Task::key(case))
}

/// The audit's word for a step.
pub(crate) fn action(step: Step) -> String {
    format!("referral.{}", step.code())
}

/// The sender, and the addressee once it was sent.
fn told(case: &Case, to: State) -> Vec<Id> {
    let unsent = case.state.is_private() && to != State::Sent;
    let addressee = case.addressee().filter(|_| !unsent);
    std::iter::once(case.sender.clone())
        .chain(addressee)
        .collect()
}
