-- Whether anything has changed that search looks at is asked every two seconds.
create index institution_tag_confirmed on institution_tag (confirmed_at);
create index institution_function_done on institution_function (done_at);
