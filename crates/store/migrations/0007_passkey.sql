-- Passkeys of people, the challenges that were answered, and when the holder of a session last showed who it is.

create table passkey (
  id text not null primary key,
  account text not null,
  credential text not null unique,
  name text not null,
  algorithm text not null,
  public_key text not null,
  counter bigint not null,
  created bigint not null,
  used bigint
);
create index passkey_account on passkey (account);

-- Each challenge is answered once. The key is its hash; it need not be remembered longer than it is good for.
create table passkey_challenge (
  hash text not null primary key,
  expires bigint not null
);
create index passkey_challenge_expires on passkey_challenge (expires);

alter table session add column proved bigint not null default 0;
