-- The explanations before and after a write stand beside its values.
alter table survey_answer_change add column old_explanation text not null default '';
alter table survey_answer_change add column new_explanation text not null default '';

-- That somebody who looks at a sheet asks for an explanation of one answer. given_at: when it was given, or the wish was
-- taken back.
create table survey_explanation (
  survey text not null,
  respondent text not null,
  question text not null,
  wanted text not null,
  asked_by text,
  asked_name text not null,
  asked_at bigint not null,
  given_at bigint,
  primary key (survey, respondent, question)
) {clustered};
