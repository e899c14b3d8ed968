-- One tenant. Amounts are minor units, dates day numbers since 1970-01-01, instants microseconds, periods YYYYMM.

CREATE TABLE sequence (name TEXT PRIMARY KEY, next BIGINT NOT NULL);

CREATE TABLE audit (
  id BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, operation TEXT NOT NULL,
  object TEXT NOT NULL, object_id TEXT NOT NULL, before_json TEXT, after_json TEXT, request_id TEXT);
CREATE TABLE outbox (id BIGINT PRIMARY KEY, at BIGINT NOT NULL, topic TEXT NOT NULL, payload TEXT NOT NULL, delivered_at BIGINT);
CREATE TABLE idempotency (
  key TEXT PRIMARY KEY, operation TEXT NOT NULL, request_hash TEXT NOT NULL, at BIGINT NOT NULL, answer TEXT);

CREATE TABLE job (
  id BIGINT PRIMARY KEY, program TEXT NOT NULL, org_id BIGINT NOT NULL, status TEXT NOT NULL, parameters TEXT NOT NULL,
  done BIGINT NOT NULL DEFAULT 0, total BIGINT NOT NULL DEFAULT 0, checkpoint BYTEA, cancel BIGINT NOT NULL DEFAULT 0,
  message TEXT, created_by TEXT NOT NULL, created_at BIGINT NOT NULL, started_at BIGINT, finished_at BIGINT,
  updated_at BIGINT NOT NULL, worker TEXT);
CREATE INDEX job_open ON job (status, id);

-- An upload is visible to collection only when its status says so; rows of any other upload do not exist for anyone.
CREATE TABLE upload (
  id BIGINT PRIMARY KEY, kind TEXT NOT NULL, template TEXT NOT NULL, file_name TEXT NOT NULL, status TEXT NOT NULL,
  message TEXT NOT NULL, log TEXT NOT NULL, rows_read BIGINT NOT NULL, rows_error BIGINT NOT NULL, org_id BIGINT,
  first_id BIGINT, last_id BIGINT, control_sums TEXT, created_by TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL);
CREATE INDEX upload_status ON upload (status, id);

-- One row a staged line, as uploaded. It never changes; what could not be collected stands in stage_exception.
CREATE TABLE stage_line (
  id BIGINT PRIMARY KEY, upload_id BIGINT NOT NULL, line_no BIGINT NOT NULL, org_id BIGINT NOT NULL, type BIGINT NOT NULL,
  due BIGINT NOT NULL, record BYTEA NOT NULL);
CREATE TABLE stage_event (
  id BIGINT PRIMARY KEY, upload_id BIGINT NOT NULL, line_no BIGINT NOT NULL, org_id BIGINT NOT NULL, due BIGINT NOT NULL,
  record BYTEA NOT NULL);
-- kind: E stage or run-time error, W waits for its period. Rows of a collected upload that are not here were collected.
CREATE TABLE stage_exception (
  stage_id BIGINT NOT NULL, family TEXT NOT NULL, upload_id BIGINT NOT NULL, kind TEXT NOT NULL, codes TEXT NOT NULL, message TEXT NOT NULL,
  updated_at BIGINT NOT NULL, PRIMARY KEY (family, stage_id));

-- Look-up keys: 64-bit hashes of SO_LINE_ID and INV_LINE_ID. The text is verified on the row found.
CREATE TABLE order_line_key (hash BIGINT NOT NULL, line_id BIGINT NOT NULL, PRIMARY KEY (hash, line_id));
CREATE TABLE bill_line_key (hash BIGINT NOT NULL, stage_id BIGINT NOT NULL, PRIMARY KEY (hash, stage_id));

CREATE TABLE account_set (id BIGINT PRIMARY KEY, segments TEXT NOT NULL UNIQUE);

CREATE TABLE rc_head (
  id BIGINT PRIMARY KEY, version BIGINT NOT NULL, book_id BIGINT NOT NULL, org_id BIGINT NOT NULL, template_id BIGINT NOT NULL,
  group_hash BIGINT NOT NULL, group_key TEXT NOT NULL, customer TEXT, currency TEXT NOT NULL, functional_currency TEXT NOT NULL,
  list_amount BIGINT NOT NULL, sell_amount BIGINT NOT NULL, transaction_price BIGINT NOT NULL, flags BIGINT NOT NULL,
  created_period BIGINT NOT NULL, created_by TEXT NOT NULL, created_at BIGINT NOT NULL, updated_by TEXT NOT NULL, updated_at BIGINT NOT NULL);
CREATE INDEX rc_head_group ON rc_head (group_hash);

-- rc_line.id is the stage_line.id of the line's first order row; source_id is that of its latest.
CREATE TABLE rc_line (
  id BIGINT PRIMARY KEY, rc_id BIGINT NOT NULL, pob_id BIGINT NOT NULL, org_id BIGINT NOT NULL, source_id BIGINT NOT NULL,
  account_set BIGINT NOT NULL, currency TEXT NOT NULL, list_amount BIGINT NOT NULL, sell_amount BIGINT NOT NULL,
  ssp_amount BIGINT, allocatable BIGINT NOT NULL, allocated BIGINT NOT NULL, billed BIGINT NOT NULL,
  released BIGINT NOT NULL, billed_released BIGINT NOT NULL, flags BIGINT NOT NULL, state BYTEA NOT NULL,
  created_period BIGINT NOT NULL, updated_at BIGINT NOT NULL);
CREATE TABLE rc_contract_line (rc_id BIGINT NOT NULL, line_id BIGINT NOT NULL, PRIMARY KEY (rc_id, line_id));

CREATE TABLE rc_pob (
  id BIGINT PRIMARY KEY, rc_id BIGINT NOT NULL, template_id BIGINT NOT NULL, lead_line_id BIGINT NOT NULL, name TEXT,
  created_period BIGINT NOT NULL, updated_at BIGINT NOT NULL);

-- rc_bill.id is the stage_line.id of the billing row.
CREATE TABLE rc_bill (
  id BIGINT PRIMARY KEY, rc_id BIGINT NOT NULL, line_id BIGINT NOT NULL, org_id BIGINT NOT NULL, type BIGINT NOT NULL,
  currency TEXT NOT NULL, amount BIGINT NOT NULL, deferred BIGINT NOT NULL, recognised BIGINT NOT NULL, state BYTEA NOT NULL,
  created_period BIGINT NOT NULL, updated_at BIGINT NOT NULL);
CREATE INDEX rc_bill_line ON rc_bill (line_id);

-- All accounting legs of a line, packed; see the codec in the revenue crate. Shown as rows by the views.
CREATE TABLE rc_schedule (
  line_id BIGINT PRIMARY KEY, rc_id BIGINT NOT NULL, pob_id BIGINT NOT NULL, org_id BIGINT NOT NULL, account_set BIGINT NOT NULL,
  currency TEXT NOT NULL, functional_currency TEXT NOT NULL, last_period BIGINT NOT NULL, updated_at BIGINT NOT NULL, legs BYTEA NOT NULL);

CREATE TABLE period_status (
  org_id BIGINT NOT NULL, book_id BIGINT NOT NULL, period BIGINT NOT NULL, status TEXT NOT NULL, updated_by TEXT NOT NULL,
  updated_at BIGINT NOT NULL, PRIMARY KEY (org_id, book_id, period));

-- leg_sequence and period are the watermark: every leg amount up to both is posted by this batch or an earlier one.
CREATE TABLE transfer_batch (
  id BIGINT PRIMARY KEY, name TEXT NOT NULL, org_id BIGINT NOT NULL, book_id BIGINT NOT NULL, period BIGINT NOT NULL, status TEXT NOT NULL,
  criteria TEXT NOT NULL, whole BIGINT NOT NULL, leg_sequence BIGINT NOT NULL, summary BIGINT NOT NULL, line_count BIGINT NOT NULL,
  message TEXT, report_id BIGINT, created_by TEXT NOT NULL, created_at BIGINT NOT NULL, updated_by TEXT NOT NULL, updated_at BIGINT NOT NULL);
CREATE INDEX transfer_batch_status ON transfer_batch (status, id);

-- Immutable once its batch is Transferred. Ids of one batch are consecutive.
CREATE TABLE journal_line (
  id BIGINT PRIMARY KEY, batch_id BIGINT NOT NULL, period BIGINT NOT NULL, rc_id BIGINT, line_id BIGINT, schedule_id BIGINT,
  account_type TEXT NOT NULL, schedule_type TEXT NOT NULL, account TEXT NOT NULL, currency TEXT NOT NULL, functional_currency TEXT NOT NULL,
  debit BIGINT NOT NULL, credit BIGINT NOT NULL, functional_debit BIGINT NOT NULL, functional_credit BIGINT NOT NULL,
  reporting_debit BIGINT NOT NULL, reporting_credit BIGINT NOT NULL);

CREATE TABLE report_file (
  id BIGINT PRIMARY KEY, file_name TEXT NOT NULL UNIQUE, report TEXT NOT NULL, layout TEXT NOT NULL, category TEXT NOT NULL,
  description TEXT NOT NULL, status TEXT NOT NULL, source TEXT NOT NULL, created_by TEXT NOT NULL, created_at BIGINT NOT NULL);
