-- The audit: append-only rows, chained by hash for each writer. The file of reads' audit rows has this table too.
create table audit (
  chain text not null,
  seq bigint not null,
  at bigint not null,
  account text not null,
  institution text not null,
  action text not null,
  patient text not null,
  what text not null,
  purpose text not null,
  request text not null,
  refused bigint not null,
  detail text not null,
  hash {blob} not null,
  primary key (chain, seq)
) {clustered};
create index audit_patient on audit (patient, at) where patient <> '';
create index audit_at on audit (at);
