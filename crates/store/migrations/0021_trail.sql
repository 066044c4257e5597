-- Only the file of reads' audit rows. An index of patients over all rows changes a page of its own for nearly every row,
-- which was a third of what a read costs. So rows are indexed in segments of 2048, each at once when it is full;
-- the rows after the last segment are few, and looked through.
drop index audit_patient;
create table audit_segment (
  segment bigint not null primary key,
  low bigint not null,
  high bigint not null
) {clustered};
create table audit_of (
  segment bigint not null,
  patient text not null,
  seq bigint not null,
  primary key (segment, patient, seq)
) {clustered};
insert into audit_segment (segment, low, high)
  select (seq - 1) / 2048, min(at), max(at) from audit
  where seq <= (select max(seq) from audit) / 2048 * 2048 group by 1;
insert into audit_of (segment, patient, seq)
  select (seq - 1) / 2048, patient, seq from audit
  where patient <> '' and seq <= (select max(seq) from audit) / 2048 * 2048 order by 1, 2, 3;
