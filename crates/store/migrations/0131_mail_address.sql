-- Where an institution reads what is sent to it (reminders). Not a person's address, not on its public page.
create table mail_address (
  institution text not null primary key,
  address text not null,
  updated_by text,
  updated_at bigint not null
);
