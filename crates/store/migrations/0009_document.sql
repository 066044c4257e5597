-- Documents that came in or went out, by the identifier that the world knows them by (system|value): each is taken once.
-- Names and codes of institutions as they were sent; nothing of a patient but the id of the compartment.
-- state: issued, received, waiting (for an institution that the directory does not know), refused.

create table document (
  name text not null primary key,
  bundle text not null,
  patient text not null,
  case_id text not null,
  kind text not null,
  state text not null,
  digest text not null,
  original text not null,
  at bigint not null,
  source text not null,
  from_name text not null,
  from_code text not null,
  from_institution text,
  to_name text not null,
  to_code text not null,
  to_institution text,
  done_by text,
  done_at bigint
);
create index document_state on document (state, at);
create index document_bundle on document (bundle);
