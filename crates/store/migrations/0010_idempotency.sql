-- What a machine client's retried request came to: kept with the commit that it made, a day long.
-- key and body are SHA-256 in hex; written is "Type/id/version" with blanks between; answer is the web's.
create table idempotency (
  client text not null,
  key text not null,
  request text not null,
  body text not null,
  at bigint not null,
  written text not null,
  answer text not null,
  primary key (client, key)
);
create index idempotency_at on idempotency (at);

-- The history of a type, newest first.
create index version_updated on version (typ, updated desc, id, version desc);
