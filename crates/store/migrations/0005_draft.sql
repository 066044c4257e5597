-- Whose draft a resource, or a version of it, is: the institution that owns it. Empty for what is issued.
-- The read filter asks for it, so the index rows carry it too.

alter table resource add column draft_of text not null default '';
alter table version add column draft_of text not null default '';
alter table ix_token add column draft_of text not null default '';
alter table ix_string add column draft_of text not null default '';
alter table ix_reference add column draft_of text not null default '';
alter table ix_date add column draft_of text not null default '';
alter table ix_quantity add column draft_of text not null default '';

-- What is there already. Bodies are written without spaces between names and values; hiding one too many is no harm,
-- since its next version is looked at properly. A case that was cancelled before it was sent has no period.
update version set draft_of = coalesce(owner, '?') where patient <> '' and (
  body like '%"status":"draft"%'
  or typ = 'Task' and body like '%"status":"ready"%'
  or typ = 'Composition' and body like '%"status":"preliminary"%'
  or typ = 'DocumentReference' and body like '%"docStatus":"preliminary"%');
update resource set draft_of = coalesce(owner, '?') where patient <> '' and (
  body like '%"status":"draft"%'
  or typ = 'Task' and body like '%"status":"ready"%'
  or typ = 'Task' and body like '%"status":"cancelled"%' and body not like '%"executionPeriod":%'
  or typ = 'Composition' and body like '%"status":"preliminary"%'
  or typ = 'DocumentReference' and body like '%"docStatus":"preliminary"%');
-- The request of a cancelled case, and what was deleted, are as their version before.
update resource set draft_of = coalesce(owner, '?') where patient <> ''
  and (deleted = 1 or typ = 'ServiceRequest' and body like '%"status":"revoked"%')
  and exists (select 1 from version v where v.patient = resource.patient and v.typ = resource.typ
    and v.id = resource.id and v.version = resource.version - 1 and v.draft_of <> '');

update ix_token set draft_of = r.draft_of from resource r where r.draft_of <> ''
  and r.patient = ix_token.patient and r.typ = ix_token.typ and r.id = ix_token.id;
update ix_string set draft_of = r.draft_of from resource r where r.draft_of <> ''
  and r.patient = ix_string.patient and r.typ = ix_string.typ and r.id = ix_string.id;
update ix_reference set draft_of = r.draft_of from resource r where r.draft_of <> ''
  and r.patient = ix_reference.patient and r.typ = ix_reference.typ and r.id = ix_reference.id;
update ix_date set draft_of = r.draft_of from resource r where r.draft_of <> ''
  and r.patient = ix_date.patient and r.typ = ix_date.typ and r.id = ix_date.id;
update ix_quantity set draft_of = r.draft_of from resource r where r.draft_of <> ''
  and r.patient = ix_quantity.patient and r.typ = ix_quantity.typ and r.id = ix_quantity.id;
