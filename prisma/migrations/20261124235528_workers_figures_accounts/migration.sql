-- AlterTable
ALTER TABLE "account" ADD COLUMN     "disabled_at" TIMESTAMPTZ(3),
ADD COLUMN     "disabled_by" TEXT,
ADD COLUMN     "disabled_reason" TEXT,
ADD COLUMN     "language" TEXT,
ADD COLUMN     "theme" TEXT;

-- AlterTable
ALTER TABLE "session" ADD COLUMN     "address" TEXT;

-- AlterTable
ALTER TABLE "api_token" ADD COLUMN     "created_by" TEXT,
ADD COLUMN     "scope" JSONB,
ADD COLUMN     "worker_name" TEXT;

-- AlterTable
ALTER TABLE "worker" ADD COLUMN     "cordon_until" TIMESTAMPTZ(3),
ADD COLUMN     "cordoned_by" TEXT,
ADD COLUMN     "drained_at" TIMESTAMPTZ(3),
ADD COLUMN     "draining" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "quiet_hours" JSONB;

-- CreateTable
CREATE TABLE "stat" (
    "span" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "subject" TEXT NOT NULL,
    "requested" INTEGER NOT NULL DEFAULT 0,
    "succeeded" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "canceled" INTEGER NOT NULL DEFAULT 0,
    "returned" INTEGER NOT NULL DEFAULT 0,
    "run_seconds" BIGINT NOT NULL DEFAULT 0,
    "samples" INTEGER NOT NULL DEFAULT 0,
    "cpu_used" BIGINT NOT NULL DEFAULT 0,
    "cpu_total" BIGINT NOT NULL DEFAULT 0,
    "memory_used" BIGINT NOT NULL DEFAULT 0,
    "memory_total" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "stat_pkey" PRIMARY KEY ("span","scope","at","subject")
);

-- CreateTable
CREATE TABLE "stat_wait" (
    "span" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "subject" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "n" INTEGER NOT NULL,

    CONSTRAINT "stat_wait_pkey" PRIMARY KEY ("span","scope","at","subject","step")
);

-- CreateTable
CREATE TABLE "log_cursor" (
    "name" TEXT NOT NULL,
    "xid" BIGINT NOT NULL,
    "number" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "log_cursor_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "failure_group" (
    "id" TEXT NOT NULL,
    "task_type_id" TEXT NOT NULL,
    "reason_code" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "sample" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "last_task_id" UUID NOT NULL,
    "last_schedule" TEXT NOT NULL,
    "last_worker_id" UUID,
    "resolved_at" TIMESTAMPTZ(3),
    "resolved_by" TEXT,

    CONSTRAINT "failure_group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "worked_out" (
    "name" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "body" JSON NOT NULL,

    CONSTRAINT "worked_out_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "managed_value" (
    "kind" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "label" TEXT NOT NULL DEFAULT '',
    "native" TEXT NOT NULL DEFAULT '',
    "added_by" TEXT NOT NULL,
    "added_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "managed_value_pkey" PRIMARY KEY ("kind","value")
);

-- CreateIndex
CREATE INDEX "stat_span_scope_subject_at_idx" ON "stat"("span", "scope", "subject", "at");

-- CreateIndex
CREATE INDEX "stat_wait_span_scope_subject_at_idx" ON "stat_wait"("span", "scope", "subject", "at");

-- CreateIndex
CREATE INDEX "failure_group_last_at_idx" ON "failure_group"("last_at" DESC);

ALTER TABLE "stat" ADD CONSTRAINT "stat_span" CHECK ("span" IN ('hour', 'day', 'all'));
ALTER TABLE "stat_wait" ADD CONSTRAINT "stat_wait_span" CHECK ("span" IN ('hour', 'day', 'all'));
ALTER TABLE "worker" ADD CONSTRAINT "worker_drain" CHECK (NOT "draining" OR "cordoned_at" IS NOT NULL);

-- The log for people: all but what every task's life writes again and again. lib/db/audit.ts says the same words.
CREATE INDEX "event_people_kind" ON "event" ("kind", "id")
  WHERE "kind" NOT IN ('task.reserved', 'task.started', 'task.succeeded', 'task.failed', 'task.stage', 'worker.checked_in',
    'file.created', 'file.uploading', 'file.uploaded', 'file.stored', 'file.checked', 'file.check_kept');
CREATE INDEX "event_people_actor" ON "event" ("actor", "id")
  WHERE "kind" NOT IN ('task.reserved', 'task.started', 'task.succeeded', 'task.failed', 'task.stage', 'worker.checked_in',
    'file.created', 'file.uploading', 'file.uploaded', 'file.stored', 'file.checked', 'file.check_kept');
CREATE INDEX "event_people_worker" ON "event" ("worker_id", "id")
  WHERE "worker_id" IS NOT NULL AND "kind" NOT IN ('task.reserved', 'task.started', 'task.succeeded', 'task.failed', 'task.stage',
    'worker.checked_in', 'file.created', 'file.uploading', 'file.uploaded', 'file.stored', 'file.checked', 'file.check_kept');
-- What a worker has run, newest first.
CREATE INDEX "event_worker_took" ON "event" ("worker_id", "id") WHERE "kind" = 'task.reserved';
