-- What institutions offer, beside their names and addresses. What comes with the program (tags, functions) is not in
-- these tables until the region changes it.

-- Tags of the region: its own, and changes of those that come with the program.
create table tag (
  code text not null primary key,
  family text not null,
  name text not null,
  english text not null,
  place bigint not null,
  active bigint not null,
  updated bigint not null
);

create table institution_tag (
  institution text not null,
  tag text not null,
  source text not null,
  source_date text not null,
  confirmed_by text,
  confirmed_at bigint,
  primary key (institution, tag)
) {clustered};
create index institution_tag_of on institution_tag (tag, institution);

-- Functions of the medical plan: the region's own, and changes of those that come with the program.
create table medical_function (
  code text not null primary key,
  family text not null,
  name text not null,
  english text not null,
  place bigint not null,
  active bigint not null,
  updated bigint not null
);

-- What a function is for, asks of an institution, and who takes part. aspect: goal, requirement, example.
create table medical_function_item (
  function text not null,
  aspect text not null,
  number bigint not null,
  name text not null,
  english text not null,
  primary key (function, aspect, number)
) {clustered};

-- state: asked, approved, refused, ended. Days as 2026-04-01; no last day is empty.
create table institution_function (
  institution text not null,
  function text not null,
  state text not null,
  valid_from text not null,
  valid_to text not null,
  note text not null,
  source text not null,
  source_date text not null,
  done_by text,
  done_at bigint not null,
  primary key (institution, function)
) {clustered};
create index institution_function_of on institution_function (function, institution);
create index institution_function_state on institution_function (state);

-- Doctors who wish to be named.
create table institution_doctor (
  id text not null primary key,
  institution text not null,
  name text not null,
  kana text not null,
  department text not null,
  about text not null,
  place bigint not null,
  source text not null,
  source_date text not null,
  updated bigint not null
);
create index institution_doctor_of on institution_doctor (institution, place);

-- When a doctor may be asked by telephone. weekday: 1 Monday to 7 Sunday, 8 holidays. The number is for members.
create table telephone_hour (
  id text not null primary key,
  institution text not null,
  weekday bigint not null,
  minute_from bigint not null,
  minute_until bigint not null,
  doctor text not null,
  topic text not null,
  phone text not null,
  source text not null,
  source_date text not null,
  updated bigint not null
);
create index telephone_hour_of on telephone_hour (institution, weekday, minute_from);

-- 登録医: who of a clinic is registered with a hospital. state: asked, confirmed, ended.
create table registered_doctor (
  hospital text not null,
  clinic text not null,
  doctor text not null,
  state text not null,
  valid_from text not null,
  valid_to text not null,
  done_by text,
  done_at bigint not null,
  primary key (hospital, clinic, doctor)
) {clustered};
create index registered_doctor_of on registered_doctor (clinic, hospital);
