-- Resources, their index, access rows, change feed, counts, settings.
-- Tokens: {blob} and {real} are the backend's types. {clustered} keeps a table in the order of its key (SQLite).
-- {resource_key} is the resource's unique key: with the patient where the table may be spread by patient (PostgreSQL),
-- which then needs {resource_id} to find a resource by type and id.

-- The latest version of each resource. patient = '' where a resource has none.
create table resource (
  patient text not null,
  typ text not null,
  id text not null,
  version bigint not null,
  scope text not null,
  owner text,
  updated bigint not null,
  deleted bigint not null,
  author text not null,
  body text not null,
  {resource_key}
);
{resource_id}
create index resource_case on resource (scope) where scope <> 'identity' and scope <> 'record';
create index resource_patient on resource (patient, typ, updated desc);
create index resource_updated on resource (typ, updated desc, id);

-- Earlier versions.
create table version (
  patient text not null,
  typ text not null,
  id text not null,
  version bigint not null,
  scope text not null,
  owner text,
  updated bigint not null,
  deleted bigint not null,
  author text not null,
  body text not null,
  primary key (patient, typ, id, version)
);

-- The index: one row per value, drawn from the body by the table of search parameters. Deleted resources have none.
-- The key leads by resource (a second condition, a sort key, an update); the index beside it leads by value.
create table ix_token (
  patient text not null,
  typ text not null,
  id text not null,
  param text not null,
  code text not null,
  system text not null,
  scope text not null,
  updated bigint not null,
  primary key (patient, typ, id, param, code, system)
) {clustered};
create index ix_token_code on ix_token (typ, param, code, updated);

-- norm is compared byte by byte, so that a prefix is a range.
create table ix_string (
  patient text not null,
  typ text not null,
  id text not null,
  param text not null,
  norm text {bytewise} not null,
  scope text not null,
  updated bigint not null,
  primary key (patient, typ, id, param, norm)
) {clustered};
create index ix_string_norm on ix_string (typ, param, norm);

create table ix_reference (
  patient text not null,
  typ text not null,
  id text not null,
  param text not null,
  target_type text not null,
  target_id text not null,
  scope text not null,
  updated bigint not null,
  primary key (patient, typ, id, param, target_type, target_id)
) {clustered};
create index ix_reference_target on ix_reference (typ, param, target_id, updated);

create table ix_date (
  patient text not null,
  typ text not null,
  id text not null,
  param text not null,
  low bigint not null,
  high bigint not null,
  scope text not null,
  updated bigint not null,
  primary key (patient, typ, id, param, low, high)
) {clustered};
create index ix_date_low on ix_date (typ, param, low);
create index ix_date_high on ix_date (typ, param, high);

create table ix_quantity (
  patient text not null,
  typ text not null,
  id text not null,
  param text not null,
  value {real} not null,
  system text not null,
  code text not null,
  scope text not null,
  updated bigint not null,
  primary key (patient, typ, id, param, value, system, code)
) {clustered};
create index ix_quantity_value on ix_quantity (typ, param, value);

-- Who may see which scope of whose compartment until when.
create table access (
  patient text not null,
  kind text not null,
  grantee text not null,
  scope text not null,
  until bigint not null,
  primary key (patient, kind, grantee, scope)
) {clustered};
create index access_grantee on access (kind, grantee, scope, patient);

-- What changed, in the order of each writer (chain): outbox and change feed.
create table feed (
  chain text not null,
  seq bigint not null,
  at bigint not null,
  patient text not null,
  typ text not null,
  id text not null,
  version bigint not null,
  institution text,
  primary key (chain, seq)
) {clustered};

-- Counts for the governance plane. No path leads back to a person.
create table count (
  indicator text not null,
  period text not null,
  area text not null,
  institution text not null,
  numerator bigint not null,
  denominator bigint not null,
  primary key (indicator, period, area, institution)
) {clustered};

create table setting (
  name text not null primary key,
  value text not null
);
