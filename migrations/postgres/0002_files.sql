-- The bytes of a file, in parts small enough to be written and read one by one.
CREATE TABLE file_part (
  content_id BIGINT NOT NULL, part BIGINT NOT NULL, bytes BYTEA NOT NULL, PRIMARY KEY (content_id, part));
-- Bytes that no record refers to yet: what is left here belongs to an upload that broke off.
CREATE TABLE file_pending (content_id BIGINT PRIMARY KEY, at BIGINT NOT NULL);
