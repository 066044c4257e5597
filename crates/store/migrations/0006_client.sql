-- Machine clients: other programs, their public keys and their short-lived tokens.
-- Hashes are SHA-256 as hex, instants are microseconds, roles and scopes are codes with a space between.

create table client (
  id text not null primary key,
  version bigint not null,
  name text not null unique,
  kind text not null,
  institution text,
  roles text not null,
  scopes text not null,
  keys text not null,
  state text not null,
  created bigint not null,
  created_by text,
  used bigint
);
create index client_institution on client (institution);

create table client_token (
  hash text not null primary key,
  client text not null,
  scopes text not null,
  created bigint not null,
  expires bigint not null
);
create index client_token_client on client_token (client);
create index client_token_expires on client_token (expires);

-- Signed assertions that were used: each is good once, also after a restart.
create table client_assertion (
  client text not null,
  jti text not null,
  expires bigint not null,
  primary key (client, jti)
);
create index client_assertion_expires on client_assertion (expires);
