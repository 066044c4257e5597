-- The directory beside the resources: what search and imports work with, and where each value comes from.

-- One row per Organization that is an institution, written together with it.
create table institution (
  id text not null primary key,
  kind text not null,
  prefecture text not null,
  municipality text not null,
  registry_id text,
  code text,
  name text not null,
  kana text not null,
  short text not null,
  other_names text not null,
  address text not null,
  active bigint not null,
  source text not null,
  source_date text not null,
  fingerprint text not null,
  updated bigint not null
);
create unique index institution_registry on institution (registry_id) where registry_id is not null;
create index institution_updated on institution (updated);
create unique index institution_code on institution (code) where code is not null;

-- Values that do not come from the row's own source: who said so, when, and who confirmed it.
create table institution_value (
  institution text not null,
  field text not null,
  value text not null,
  source text not null,
  source_date text not null,
  confirmed_by text,
  confirmed_at bigint,
  primary key (institution, field)
) {clustered};

-- One row per HealthcareService that is a department, for search.
create table institution_department (
  id text not null primary key,
  institution text not null,
  code text not null,
  name text not null,
  active bigint not null,
  updated bigint not null
);
create index institution_department_updated on institution_department (updated);
create index institution_department_of on institution_department (institution);

-- Rows of a code list that found no institution, or several. state: waiting, confirmed, dismissed.
create table code_wait (
  code text not null primary key,
  prefecture text not null,
  name text not null,
  postal text not null,
  address text not null,
  candidates text not null,
  source text not null,
  line bigint not null,
  since bigint not null,
  state text not null,
  institution text,
  done_by text,
  done_at bigint
);
create index code_wait_state on code_wait (state, code);

-- One row per import that ran to its end.
create table import_run (
  id text not null primary key,
  kind text not null,
  file text not null,
  sha256 text not null,
  started bigint not null,
  ended bigint not null,
  account text,
  accepted bigint not null,
  unchanged bigint not null,
  waiting bigint not null,
  refused bigint not null,
  warned bigint not null
);
create index import_run_kind on import_run (kind, ended);
