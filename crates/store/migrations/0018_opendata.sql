-- What was published of the directory: dated, never changed. The bytes are blobs, named by their SHA-256.

create table release (
  -- 2026-11-22; a second one of a day is 2026-11-22-2.
  id text not null primary key,
  made_at bigint not null,
  made_by text
);
create index release_made on release (made_at);

create table release_file (
  release text not null,
  name text not null,
  media text not null,
  sha256 text not null,
  size bigint not null,
  records bigint not null,
  primary key (release, name)
) {clustered};
