-- Municipalities, areas as dated sets of them, their outlines and their inhabitants.
-- Dates are text, `2026-04-01`; the empty text is open. The last day is a day that still counts.

create table municipality (
  code text not null primary key,
  name text not null,
  kana text not null,
  kind text not null,
  valid_from text not null,
  valid_to text not null,
  successors text not null,
  updated bigint not null
);

-- An area that changes its name has a row for each name.
create table area (
  kind text not null,
  code text not null,
  name text not null,
  kana text not null,
  valid_from text not null,
  valid_to text not null,
  updated bigint not null,
  primary key (kind, code, valid_from)
) {clustered};

create table area_member (
  kind text not null,
  area text not null,
  municipality text not null,
  valid_from text not null,
  valid_to text not null,
  updated bigint not null,
  primary key (kind, area, municipality, valid_from)
) {clustered};

-- Rings on one grid for all, so that neighbours share their borders to the point.
create table boundary (
  municipality text not null primary key,
  rings {blob} not null,
  source text not null,
  source_date text not null,
  updated bigint not null
);

-- Inhabitants of a municipality (kind `municipality`) or of an area of some kind.
create table population (
  kind text not null,
  code text not null,
  date text not null,
  people bigint not null,
  source text not null,
  updated bigint not null,
  primary key (kind, code, date)
) {clustered};
