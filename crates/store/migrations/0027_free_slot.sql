-- Slots that can be booked, by their beginning: drawn from the Slot resources like the search index. department: of the
-- Schedule, which has the id of what it is of.
create table free_slot (
  slot text not null primary key,
  institution text not null,
  department text not null,
  start bigint not null
) {clustered};
create index free_slot_start on free_slot (start, institution, department);
insert into free_slot (slot, institution, department, start)
  select r.id, r.owner, s.target_id, min(d.low)
  from resource r
  join ix_token t on t.patient = r.patient and t.typ = r.typ and t.id = r.id and t.param = 'status' and t.code = 'free'
  join ix_reference s on s.patient = r.patient and s.typ = r.typ and s.id = r.id and s.param = 'schedule'
  join ix_date d on d.patient = r.patient and d.typ = r.typ and d.id = r.id and d.param = 'start'
  where r.typ = 'Slot' and r.deleted = 0 and r.owner is not null
  group by r.id, r.owner, s.target_id;
