-- What everybody sees of a survey. least: 0 where versions say who said what; else they hold only counts for everybody,
-- and no group of fewer sheets than this.
alter table survey add column least bigint not null default 0;

-- Documents and explanations of versions that are shown no more. The versions stay as they are; what is shown of them asks
-- here. blob: a document, whoever attached it; empty: what the respondent explained to the question.
create table survey_withdrawal (
  survey text not null,
  respondent text not null,
  question text not null,
  blob text not null,
  reason text not null,
  done_by text,
  done_at bigint not null,
  primary key (survey, respondent, question, blob)
) {clustered};
