-- Only the file of reads' audit rows. Each process appends its rows to a log of its own, from where they are moved into
-- the table: the last one that was, written in the same transaction, so that each is moved once.
create table audit_moved (
  slot bigint not null primary key,
  number bigint not null
);
