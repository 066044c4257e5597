-- Values that are given once within a scope (a patient's number of an institution): the holder is a resource's id.
-- Claimed in the commit that writes the resource, so that two at once meet.

create table claim (
  kind text not null,
  scope text not null,
  value text not null,
  holder text not null,
  primary key (kind, scope, value)
) {clustered};
