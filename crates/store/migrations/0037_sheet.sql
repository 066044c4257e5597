-- Since a merger of municipalities another institution answers in this one's place: it reads what was said in this sheet,
-- and the sheet itself is 集計外. Empty without one.
alter table survey_respondent add column successor text not null default '';
create index survey_respondent_successor on survey_respondent (successor, survey);

-- Where a person reads what is sent to it alone (a question that a colleague handed over). No row: where the institution
-- reads.
create table account_mail (
  account text not null primary key,
  address text not null,
  updated_at bigint not null
);
