-- Rounds in which every institution confirms its page, and what consultation desks were asked.

create table confirmation_round (
  id text not null primary key,
  name text not null,
  deadline text not null,
  opened_by text,
  opened_at bigint not null,
  closed_at bigint
);

-- One row for each part of a page that an institution has confirmed in a round.
create table confirmation (
  round text not null,
  institution text not null,
  part text not null,
  done_by text,
  done_at bigint not null,
  primary key (round, institution, part)
) {clustered};
create index confirmation_of on confirmation (institution, round);

-- What the region's desk heard on the telephone.
create table confirmation_note (
  id text not null primary key,
  round text not null,
  institution text not null,
  note text not null,
  done_by text,
  done_at bigint not null
);
create index confirmation_note_of on confirmation_note (round, institution, done_at);

-- What a desk was asked. Never who asked.
create table enquiry (
  id text not null primary key,
  desk text not null,
  month text not null,
  theme text not null,
  asker text not null,
  outcome text not null,
  note text not null,
  done_by text,
  done_at bigint not null,
  withdrawn_at bigint
);
create index enquiry_of on enquiry (desk, month, done_at);
create index enquiry_month on enquiry (month, theme);
