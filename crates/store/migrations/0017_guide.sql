-- 連携マップ, ガイドブック: what is chosen for them, and their printed versions. Tools of others, year by year.

-- Codes that are chosen stand one a line.
create table guide (
  id text not null primary key,
  title text not null,
  form text not null,
  audience text not null,
  area_kind text not null,
  areas text not null,
  kinds text not null,
  functions text not null,
  tags text not null,
  preface text not null,
  active bigint not null,
  revision bigint not null,
  updated bigint not null
);

-- A version is never changed. pdf and entries are blobs.
create table guide_version (
  guide text not null,
  number bigint not null,
  day text not null,
  title text not null,
  pdf text not null,
  entries text not null,
  institutions bigint not null,
  made_by text,
  made_at bigint not null,
  primary key (guide, number)
) {clustered};

create table tool (
  id text not null primary key,
  kind text not null,
  name text not null,
  area text not null,
  audience text not null,
  url text not null,
  note text not null,
  revision bigint not null,
  updated bigint not null
);

-- act: made, updated, handed-out, promoted. fiscal_year: 2019 is 令和元年度.
create table tool_year (
  tool text not null,
  fiscal_year bigint not null,
  act text not null,
  note text not null,
  primary key (tool, fiscal_year, act)
) {clustered};
