-- Mails that are to be sent, and what became of them. No text is kept: it is written when it is sent, from kind, lang and
-- details (JSON: title, day, path; never the name of a person or an answer).
-- about: what it is for, so that the same is not sent twice (survey/CODE/INSTITUTION/-7). topic: the log that it is in
-- (survey/CODE). state: waiting, sending, sent, failed (given up), unsure (the program ended while it was sent: not sent
-- again unless a person says so), dropped (no longer needed). next: not before. held: until when a process has it.
create table mail (
  id text not null primary key,
  about text not null unique,
  topic text not null,
  kind text not null,
  institution text not null,
  address text not null,
  lang text not null,
  details text not null,
  state text not null,
  tries bigint not null,
  next bigint not null,
  holder text not null,
  held bigint not null,
  fault text not null,
  created_at bigint not null,
  done_at bigint
);
create index mail_due on mail (state, next);
create index mail_topic on mail (topic, created_at);
