-- Surveys: what is asked, of whom, what was answered, and what was published. Nothing here is about a patient.
-- Days are texts (2026-04-01), empty where open; moments are microseconds. revision counts writes, for checks.

-- One row for each version of a questionnaire. body: the questionnaire as JSON (gov). state: draft, final, retired;
-- a final version is never changed.
create table questionnaire (
  id text not null,
  version bigint not null,
  owner text not null,
  state text not null,
  title text not null,
  english text not null,
  body text not null,
  copied_from text not null,
  note text not null,
  created_by text,
  created_at bigint not null,
  updated_by text,
  updated_at bigint not null,
  revision bigint not null,
  primary key (id, version)
) {clustered};
create index questionnaire_owner on questionnaire (owner, updated_at);

-- One asking of a questionnaire. code: in its address. as_of: as people write it (27年10月現在). previous: code of the
-- asking before it, for last year's answers. state: draft, open, closed, approved, published. opens and closes hold for
-- respondents that have no moment of their own. chain: who looks at a sheet after the respondent, separated by commas
-- (checker, owner). peers: when respondents see one another: never, submitted, always. base: all, asked.
create table survey (
  code text not null primary key,
  owner text not null,
  questionnaire text not null,
  questionnaire_version bigint not null,
  title text not null,
  english text not null,
  about text not null,
  about_english text not null,
  as_of text not null,
  previous text not null,
  state text not null,
  opens bigint not null,
  closes bigint not null,
  chain text not null,
  peers text not null,
  base text not null,
  reminders text not null,
  invented bigint not null,
  created_by text,
  created_at bigint not null,
  updated_at bigint not null,
  revision bigint not null
);
create index survey_owner on survey (owner, created_at);
create index survey_state on survey (state, closes);

-- Who is expected to answer, from the first day. respondent: an institution (a municipality acts through its office);
-- municipality: six digits, or empty. name: as of that day. counted: 0 is 集計外, with its reason. closes: its own
-- moment, which an extension moves. checker: the institution that looks at the sheet (a health centre), or empty.
-- state: unanswered, answering, awaiting (approval inside), returned, submitted (with the checker), checked (with the
-- owner), accepted. marks: one character for each line that is counted, in the order of the questionnaire (see gov).
create table survey_respondent (
  survey text not null,
  respondent text not null,
  municipality text not null,
  name text not null,
  place bigint not null,
  counted bigint not null,
  uncounted_why text not null,
  closes bigint not null,
  checker text not null,
  state text not null,
  marks text not null,
  contact_name text not null,
  contact_phone text not null,
  contact_mail text not null,
  submitted_by text,
  submitted_at bigint,
  decided_by text,
  decided_at bigint,
  updated_at bigint not null,
  revision bigint not null,
  primary key (survey, respondent)
) {clustered};
create index survey_respondent_of on survey_respondent (respondent, survey);
create index survey_respondent_checker on survey_respondent (checker, survey);

-- The answer to one question. value: JSON as gov writes it. origin: browser, workbook, paper, program, copied.
create table survey_answer (
  survey text not null,
  respondent text not null,
  question text not null,
  value text not null,
  status text not null,
  explanation text not null,
  origin text not null,
  answered_by text,
  answered_at bigint not null,
  revision bigint not null,
  primary key (survey, respondent, question)
) {clustered};

-- Every write of an answer: the old and the new one, and why where the sheet was submitted already.
create table survey_answer_change (
  survey text not null,
  respondent text not null,
  question text not null,
  revision bigint not null,
  old_value text not null,
  old_status text not null,
  new_value text not null,
  new_status text not null,
  why text not null,
  origin text not null,
  changed_by text,
  changed_at bigint not null,
  primary key (survey, respondent, question, revision)
) {clustered};

-- That a line counts otherwise than its answer says, with the reason, shown apart. class: yes, no.
create table survey_override (
  survey text not null,
  respondent text not null,
  line text not null,
  class text not null,
  reason text not null,
  done_by text,
  done_at bigint not null,
  primary key (survey, respondent, line)
) {clustered};

-- What happened to a survey or to one respondent's sheet (respondent is empty for the whole survey).
create table survey_event (
  id text not null primary key,
  survey text not null,
  respondent text not null,
  kind text not null,
  note text not null,
  done_by text,
  done_name text not null,
  done_at bigint not null
);
create index survey_event_of on survey_event (survey, respondent, done_at);

-- Questions that were handed to a colleague of the same institution. done_at: when it was given back.
create table survey_handing (
  survey text not null,
  respondent text not null,
  question text not null,
  person text not null,
  note text not null,
  handed_by text,
  handed_at bigint not null,
  done_at bigint,
  primary key (survey, respondent, question)
) {clustered};
create index survey_handing_person on survey_handing (person, survey);

-- Free texts in groups that the owner names.
create table survey_theme (
  survey text not null,
  question text not null,
  respondent text not null,
  theme text not null,
  done_by text,
  done_at bigint not null,
  primary key (survey, question, respondent, theme)
) {clustered};

-- Counts as they stood on a day. kind: presented (shown at a meeting), published (a version for everybody). body: JSON,
-- digest: its SHA-256. Never changed.
create table survey_snapshot (
  survey text not null,
  number bigint not null,
  kind text not null,
  label text not null,
  day text not null,
  body text not null,
  digest text not null,
  note text not null,
  done_by text,
  done_at bigint not null,
  primary key (survey, number)
) {clustered};
