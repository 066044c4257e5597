-- What lists say of institutions besides their names: hours, where they lie, beds. One row per institution and source:
-- nobody asks for one hour in SQL, and a country's hours would be millions of rows.

-- hours: departments and hours, packed (opening.rs).
create table opening (
  institution text not null,
  source text not null,
  source_date text not null,
  hours text not null,
  updated bigint not null,
  primary key (institution, source)
) {clustered};
create index opening_updated on opening (updated);

-- Degrees in millionths.
create table institution_position (
  institution text not null primary key,
  latitude bigint not null,
  longitude bigint not null,
  source text not null,
  source_date text not null,
  updated bigint not null
) {clustered};
create index institution_position_updated on institution_position (updated);

-- beds: number or status by kind, packed (beds.rs).
create table institution_beds (
  institution text not null,
  source text not null,
  source_date text not null,
  beds text not null,
  updated bigint not null,
  primary key (institution, source)
) {clustered};
create index institution_beds_updated on institution_beds (updated);
