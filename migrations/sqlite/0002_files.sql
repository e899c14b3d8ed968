-- The bytes of a file, in parts small enough to be written and read one by one.
CREATE TABLE file_part (
  content_id INTEGER NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (content_id, part)) STRICT;
-- Bytes that no record refers to yet: what is left here belongs to an upload that broke off.
CREATE TABLE file_pending (content_id INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
