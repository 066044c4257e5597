-- People, their ways in, and what they tried.
-- Hashes are SHA-256 as hex, instants are microseconds, roles are codes with a space between.

create table account (
  id text not null primary key,
  version bigint not null,
  login text not null unique,
  name text not null,
  kana text not null,
  institution text,
  roles text not null,
  practitioner text,
  state text not null,
  lang text not null,
  password text,
  totp text,
  totp_step bigint not null,
  created bigint not null,
  reviewed bigint not null,
  signed_in bigint
);
create index account_institution on account (institution);

-- Bumped whenever an administrator goes, so that two administrators cannot remove each other at the same moment.
create table account_guard (
  institution text not null primary key,
  version bigint not null
);

create table recovery_code (
  account text not null,
  hash text not null,
  used bigint,
  primary key (account, hash)
);

-- One-time links by which a person sets password and second factor. No account: the first region administrator.
create table enrolment (
  hash text not null primary key,
  account text,
  totp text not null,
  created bigint not null,
  expires bigint not null,
  used bigint
);
create index enrolment_account on enrolment (account);

create table session (
  hash text not null primary key,
  id text not null unique,
  account text not null,
  created bigint not null,
  used bigint not null,
  address text not null,
  agent text not null
);
create index session_account on session (account);
create index session_used on session (used);

-- Tries to sign in, counted before they are looked at. The key is a hash of the login, or an address.
create table attempt (
  kind text not null,
  key text not null,
  failures bigint not null,
  last bigint not null,
  primary key (kind, key)
);
create index attempt_last on attempt (last);
