-- Subscriptions of machine clients: how far each has been told, and what its deliveries are signed with.
-- What a client asked for is the resource Subscription with the same id. Instants are microseconds.
-- secret is a key for signing (HMAC), kept as text since it has to be used; holder is the process that delivers until held.

create table subscription (
  id text not null primary key,
  client text not null,
  secret text not null,
  state text not null,
  ends bigint not null,
  position text not null,
  tries bigint not null,
  next bigint not null,
  holder text not null,
  held bigint not null,
  sent bigint not null
);
create index subscription_due on subscription (state, next);
create index subscription_client on subscription (client, state);
