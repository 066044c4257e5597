-- The same document, whoever brought it and whatever it is registered as.

create index document_digest on document (digest);
