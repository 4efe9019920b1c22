-- DropIndex
DROP INDEX "task_worker_id_status_idx";

-- CreateTable
CREATE TABLE "task_sample" (
    "task_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "attempt" INTEGER NOT NULL,
    "memory" BIGINT,
    "disk" BIGINT,
    "cpu_seconds" DOUBLE PRECISION,
    "cpu_percent" DOUBLE PRECISION,
    "progress" INTEGER,

    CONSTRAINT "task_sample_pkey" PRIMARY KEY ("task_id","at")
);

-- CreateTable
CREATE TABLE "task_note" (
    "id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "author" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "links" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "task_note_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "saved_view" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "screen" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "query" TEXT NOT NULL,
    "shared" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "saved_view_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "bulk_job" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "author" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "selection" JSONB NOT NULL,
    "options" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "expected" INTEGER NOT NULL,
    "exact" BOOLEAN NOT NULL,
    "done" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "cursor" JSONB,
    "error" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "stopped_by" TEXT,
    "holder" UUID,
    "lease_expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "bulk_job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "bulk_result" (
    "bulk_id" UUID NOT NULL,
    "task_id" UUID NOT NULL,
    "n" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "done" BOOLEAN NOT NULL,
    "code" TEXT,
    "why" TEXT,
    "made_task_id" UUID,

    CONSTRAINT "bulk_result_pkey" PRIMARY KEY ("bulk_id","task_id")
);

-- CreateIndex
CREATE INDEX "task_note_task_id_created_at_idx" ON "task_note"("task_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "saved_view_account_id_screen_name_key" ON "saved_view"("account_id", "screen", "name");

-- CreateIndex
CREATE INDEX "bulk_job_account_id_created_at_id_idx" ON "bulk_job"("account_id", "created_at" DESC, "id");

-- CreateIndex
CREATE INDEX "bulk_job_created_at_id_idx" ON "bulk_job"("created_at" DESC, "id");

-- CreateIndex
CREATE INDEX "bulk_result_bulk_id_done_n_idx" ON "bulk_result"("bulk_id", "done", "n");

-- CreateIndex
CREATE UNIQUE INDEX "bulk_result_bulk_id_n_key" ON "bulk_result"("bulk_id", "n");

-- CreateIndex
CREATE INDEX "task_worker_id_status_updated_at_id_idx" ON "task"("worker_id", "status", "updated_at" DESC, "id");

-- AddForeignKey
ALTER TABLE "task_sample" ADD CONSTRAINT "task_sample_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "task"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task_note" ADD CONSTRAINT "task_note_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "task"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "saved_view" ADD CONSTRAINT "saved_view_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "bulk_job" ADD CONSTRAINT "bulk_job_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "bulk_result" ADD CONSTRAINT "bulk_result_bulk_id_fkey" FOREIGN KEY ("bulk_id") REFERENCES "bulk_job"("id") ON DELETE CASCADE ON UPDATE CASCADE;


ALTER TABLE "bulk_job"
  ADD CONSTRAINT "bulk_job_action_check" CHECK ("action" IN ('cancel', 'retry', 'prioritize', 'request')),
  ADD CONSTRAINT "bulk_job_state_check" CHECK ("state" IN ('waiting', 'running', 'done', 'stopped')),
  ADD CONSTRAINT "bulk_job_ended_check" CHECK (("state" IN ('done', 'stopped')) = ("ended_at" IS NOT NULL));
ALTER TABLE "bulk_result" ADD CONSTRAINT "bulk_result_code_check" CHECK ("done" = ("code" IS NULL));
CREATE INDEX "bulk_job_open_idx" ON "bulk_job" ("created_at") WHERE "state" IN ('waiting', 'running');
CREATE INDEX "saved_view_shared_idx" ON "saved_view" ("screen", "name") WHERE "shared";

-- The orders of the pipeline: of waiting tasks, and of ended ones. What runs is little enough to be sorted as it comes.
CREATE INDEX "task_waiting_requested_idx" ON "task" ("requested_at", "id") WHERE "status" = 'requested';
CREATE INDEX "task_waiting_name_idx" ON "task" ("schedule_name", "id") WHERE "status" = 'requested';
CREATE INDEX "task_waiting_duration_idx" ON "task" ("expected_seconds", "id") WHERE "status" = 'requested';
CREATE INDEX "task_waiting_by_idx" ON "task" ("requested_by", "id") WHERE "status" = 'requested';
CREATE INDEX "task_ended_name_idx" ON "task" ("status", "schedule_name", "updated_at" DESC, "id")
  WHERE "status" IN ('succeeded', 'failed', 'canceled');
CREATE INDEX "task_ended_type_idx" ON "task" ("status", "task_type_id", "updated_at" DESC, "id")
  WHERE "status" IN ('succeeded', 'failed', 'canceled');
CREATE INDEX "task_ended_by_idx" ON "task" ("status", "requested_by", "updated_at" DESC, "id")
  WHERE "status" IN ('succeeded', 'failed', 'canceled');
CREATE INDEX "task_ended_took_idx" ON "task" ("status", (coalesce("ended_at" - "started_at", interval '0')), "updated_at" DESC, "id")
  WHERE "status" IN ('succeeded', 'failed', 'canceled');
CREATE INDEX "task_failed_reason_idx" ON "task" ("reason_code", "updated_at" DESC, "id") WHERE "status" = 'failed';

-- The first of two JSON values that is a number: what workers tell is not always one.
CREATE FUNCTION croft_figure(a jsonb, b jsonb) RETURNS double precision LANGUAGE sql IMMUTABLE
  RETURN CASE WHEN jsonb_typeof(a) = 'number' AND abs(a::text::numeric) < 1e15 THEN a::text::double precision
    WHEN jsonb_typeof(b) = 'number' AND abs(b::text::numeric) < 1e15 THEN b::text::double precision END;
