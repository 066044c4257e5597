-- Rows of lists that name an institution only by its name, and wait for a person to say which one is meant.
-- key: kind's own (name and place); detail: what the row says, for the day on which it is decided.
-- state: waiting, confirmed, dismissed.
create table import_wait (
  kind text not null,
  key text not null,
  name text not null,
  place text not null,
  prefecture text not null,
  detail text not null,
  candidates text not null,
  source text not null,
  source_date text not null,
  line bigint not null,
  since bigint not null,
  state text not null,
  institution text,
  done_by text,
  done_at bigint,
  primary key (kind, key)
) {clustered};
create index import_wait_state on import_wait (state, kind, key);

-- What people and lists call an institution besides its names: the text as it was typed, where it was typed.
create table institution_alias (
  name text not null,
  place text not null,
  prefecture text not null,
  institution text not null,
  source text not null,
  since bigint not null,
  by_account text,
  primary key (name, place, prefecture)
) {clustered};
create index institution_alias_of on institution_alias (institution);
