-- One tenant. Amounts are minor units, dates day numbers since 1970-01-01, instants microseconds, periods YYYYMM.

CREATE TABLE sequence (name TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, operation TEXT NOT NULL,
  object TEXT NOT NULL, object_id TEXT NOT NULL, before_json TEXT, after_json TEXT, request_id TEXT) STRICT;
CREATE INDEX audit_object ON audit (object, object_id, at, id);
CREATE INDEX audit_at ON audit (at, id);
CREATE TABLE outbox (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, topic TEXT NOT NULL, payload TEXT NOT NULL, delivered_at INTEGER) STRICT;
CREATE TABLE idempotency (
  key TEXT PRIMARY KEY, operation TEXT NOT NULL, request_hash TEXT NOT NULL, at INTEGER NOT NULL, answer TEXT) STRICT, WITHOUT ROWID;

CREATE TABLE job (
  id INTEGER PRIMARY KEY, program TEXT NOT NULL, org_id INTEGER NOT NULL, status TEXT NOT NULL, parameters TEXT NOT NULL,
  done INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0, checkpoint BLOB, cancel INTEGER NOT NULL DEFAULT 0,
  message TEXT, created_by TEXT NOT NULL, created_at INTEGER NOT NULL, started_at INTEGER, finished_at INTEGER,
  updated_at INTEGER NOT NULL, worker TEXT) STRICT;
CREATE INDEX job_open ON job (status, id);

-- worker and beat: the process that takes the file, and its last sign of life. An upload is visible to collection only when its status says so; rows of any other upload do not exist for anyone.
CREATE TABLE upload (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, template TEXT NOT NULL, file_name TEXT NOT NULL, status TEXT NOT NULL,
  message TEXT NOT NULL, log TEXT NOT NULL, rows_read INTEGER NOT NULL, rows_error INTEGER NOT NULL, org_id INTEGER,
  first_id INTEGER, last_id INTEGER, control_sums TEXT, created_by TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, worker TEXT, beat INTEGER) STRICT;
CREATE INDEX upload_status ON upload (status, id);
-- The upload that still takes rows of documents posted in the product, one an organisation.
CREATE TABLE live_upload (org_id INTEGER PRIMARY KEY, upload_id INTEGER NOT NULL, rows INTEGER NOT NULL) STRICT;

-- One row a staged line, as uploaded. It never changes; what could not be collected stands in stage_exception.
CREATE TABLE stage_line (
  id INTEGER PRIMARY KEY, upload_id INTEGER NOT NULL, line_no INTEGER NOT NULL, org_id INTEGER NOT NULL, type INTEGER NOT NULL,
  due INTEGER NOT NULL, record BLOB NOT NULL) STRICT;
CREATE TABLE stage_event (
  id INTEGER PRIMARY KEY, upload_id INTEGER NOT NULL, line_no INTEGER NOT NULL, org_id INTEGER NOT NULL, due INTEGER NOT NULL,
  record BLOB NOT NULL) STRICT;
-- Look-up keys of the rows of a chunk, packed: a collection plans by them. Made by rules that may have changed since: then the rows are read.
CREATE TABLE stage_keys (
  upload_id INTEGER NOT NULL, first_id INTEGER NOT NULL, last_id INTEGER NOT NULL, rules INTEGER NOT NULL, keys BLOB NOT NULL,
  PRIMARY KEY (upload_id, first_id)) STRICT;
-- kind: E stage or run-time error, W waits for its period; sequence: of the collection that wrote it. Rows of a collected upload that are not here were collected.
CREATE TABLE stage_exception (
  stage_id INTEGER NOT NULL, family TEXT NOT NULL, upload_id INTEGER NOT NULL, kind TEXT NOT NULL, codes TEXT NOT NULL, message TEXT NOT NULL,
  updated_at INTEGER NOT NULL, sequence INTEGER, PRIMARY KEY (family, stage_id)) STRICT, WITHOUT ROWID;

-- Look-up keys: 64-bit hashes of SO_LINE_ID, of a contract's grouping key and of INV_LINE_ID. The text is verified on the row found.
-- Hashes fall anywhere in their table, so a collection writes the keys of its lines and contracts sorted, at its end. Until then key_gap
-- says in which range of lines keys may be missing; the next collection fills a gap whose job has ended without doing so.
CREATE TABLE order_line_key (hash INTEGER NOT NULL, line_id INTEGER NOT NULL, PRIMARY KEY (hash, line_id)) STRICT, WITHOUT ROWID;
CREATE TABLE contract_key (hash INTEGER NOT NULL, rc_id INTEGER NOT NULL, PRIMARY KEY (hash, rc_id)) STRICT, WITHOUT ROWID;
CREATE TABLE key_gap (job_id INTEGER PRIMARY KEY, first_line INTEGER NOT NULL, last_line INTEGER NOT NULL) STRICT;
CREATE TABLE bill_line_key (hash INTEGER NOT NULL, stage_id INTEGER NOT NULL, PRIMARY KEY (hash, stage_id)) STRICT, WITHOUT ROWID;

CREATE TABLE account_set (id INTEGER PRIMARY KEY, segments TEXT NOT NULL UNIQUE) STRICT;

-- line_ids: the contract's lines, packed as varint differences of their ids.
CREATE TABLE rc_head (
  id INTEGER PRIMARY KEY, version INTEGER NOT NULL, book_id INTEGER NOT NULL, org_id INTEGER NOT NULL, template_id INTEGER NOT NULL,
  group_hash INTEGER NOT NULL, group_key TEXT NOT NULL, customer TEXT, currency TEXT NOT NULL, functional_currency TEXT NOT NULL,
  list_amount INTEGER NOT NULL, sell_amount INTEGER NOT NULL, transaction_price INTEGER NOT NULL, flags INTEGER NOT NULL,
  created_period INTEGER NOT NULL, created_by TEXT NOT NULL, created_at INTEGER NOT NULL, updated_by TEXT NOT NULL, updated_at INTEGER NOT NULL,
  line_ids BLOB NOT NULL) STRICT;

-- rc_line.id is the stage_line.id of the line's first order row; source_id is that of its latest. A performance obligation has the id
-- of its leading line and stands on that line's row: pob_template says that the line leads one. legs holds all accounting legs of the
-- line, packed (see the codec in the revenue crate) and shown as rows by the views; last_period is the last one any of them reaches.
-- Both are empty while the line has no legs.
CREATE TABLE rc_line (
  id INTEGER PRIMARY KEY, rc_id INTEGER NOT NULL, pob_id INTEGER NOT NULL, org_id INTEGER NOT NULL, source_id INTEGER NOT NULL,
  account_set INTEGER NOT NULL, currency TEXT NOT NULL, functional_currency TEXT NOT NULL, list_amount INTEGER NOT NULL, sell_amount INTEGER NOT NULL,
  ssp_amount INTEGER, allocatable INTEGER NOT NULL, allocated INTEGER NOT NULL, billed INTEGER NOT NULL,
  released INTEGER NOT NULL, billed_released INTEGER NOT NULL, flags INTEGER NOT NULL, state BLOB NOT NULL,
  created_period INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  pob_template INTEGER, pob_name TEXT, last_period INTEGER, legs BLOB) STRICT;

-- rc_bill.id is the stage_line.id of the billing row.
CREATE TABLE rc_bill (
  id INTEGER PRIMARY KEY, rc_id INTEGER NOT NULL, line_id INTEGER NOT NULL, org_id INTEGER NOT NULL, type INTEGER NOT NULL,
  currency TEXT NOT NULL, amount INTEGER NOT NULL, deferred INTEGER NOT NULL, recognised INTEGER NOT NULL, state BLOB NOT NULL,
  created_period INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE INDEX rc_bill_line ON rc_bill (line_id);

CREATE TABLE period_status (
  org_id INTEGER NOT NULL, book_id INTEGER NOT NULL, period INTEGER NOT NULL, status TEXT NOT NULL, updated_by TEXT NOT NULL,
  updated_at INTEGER NOT NULL, PRIMARY KEY (org_id, book_id, period)) STRICT, WITHOUT ROWID;

-- leg_sequence and period are the watermark: every leg amount up to both is posted by this batch or an earlier one.
CREATE TABLE transfer_batch (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, org_id INTEGER NOT NULL, book_id INTEGER NOT NULL, period INTEGER NOT NULL, status TEXT NOT NULL,
  criteria TEXT NOT NULL, whole INTEGER NOT NULL, leg_sequence INTEGER NOT NULL, summary INTEGER NOT NULL, line_count INTEGER NOT NULL,
  message TEXT, report_id INTEGER, created_by TEXT NOT NULL, created_at INTEGER NOT NULL, updated_by TEXT NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE INDEX transfer_batch_status ON transfer_batch (status, id);

-- Immutable once its batch is Transferred. Ids of one batch are consecutive.
CREATE TABLE journal_line (
  id INTEGER PRIMARY KEY, batch_id INTEGER NOT NULL, period INTEGER NOT NULL, rc_id INTEGER, line_id INTEGER, schedule_id INTEGER,
  account_type TEXT NOT NULL, schedule_type TEXT NOT NULL, account TEXT NOT NULL, currency TEXT NOT NULL, functional_currency TEXT NOT NULL,
  debit INTEGER NOT NULL, credit INTEGER NOT NULL, functional_debit INTEGER NOT NULL, functional_credit INTEGER NOT NULL,
  reporting_debit INTEGER NOT NULL, reporting_credit INTEGER NOT NULL) STRICT;

CREATE TABLE report_file (
  id INTEGER PRIMARY KEY, file_name TEXT NOT NULL UNIQUE, report TEXT NOT NULL, layout TEXT NOT NULL, category TEXT NOT NULL,
  description TEXT NOT NULL, status TEXT NOT NULL, source TEXT NOT NULL, created_by TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT;
