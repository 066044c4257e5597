-- Figures of municipalities by year: `population`, `population-65` … A new figure is a code, not a column.
-- date: the day that the figure is of, `2025-01-01`, or only the year, `2025`.
create table municipal_figure (
  municipality text not null,
  figure text not null,
  year bigint not null,
  value bigint not null,
  date text not null,
  source text not null,
  updated bigint not null,
  primary key (municipality, figure, year)
) {clustered};

-- What was said of each merger, and the rows as they were before it, so that a wrong one can be taken back.
-- on_day: the first day of the new, `2027-04-01`. predecessors, successors: codes between blanks.
create table area_merger (
  id text not null primary key,
  on_day text not null,
  predecessors text not null,
  successors text not null,
  before text not null,
  recorded bigint not null,
  account text,
  undone bigint,
  undone_by text
);
