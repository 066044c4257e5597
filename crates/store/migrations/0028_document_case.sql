-- The letter that a case came in by.

create index document_case on document (case_id);
