-- Numbers of institutions in registers other than 医療情報ネット. A number may have several parts: a care office has one row
-- for each of its services. fingerprint: of the imported row, the same again changes nothing.
create table institution_number (
  system text not null,
  value text not null,
  part text not null,
  institution text not null,
  fingerprint text not null,
  source_date text not null,
  primary key (system, value, part)
) {clustered};
create index institution_number_of on institution_number (institution);
