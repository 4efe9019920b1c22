-- CreateEnum
CREATE TYPE "task_status" AS ENUM ('requested', 'reserved', 'started', 'succeeded', 'failed', 'canceled');

-- CreateEnum
CREATE TYPE "file_status" AS ENUM ('created', 'uploading', 'uploaded', 'failed');

-- CreateEnum
CREATE TYPE "notice_status" AS ENUM ('pending', 'delivered', 'dead');

-- CreateTable
CREATE TABLE "account" (
    "id" UUID NOT NULL,
    "username" TEXT NOT NULL,
    "password_hash" TEXT,
    "email" TEXT,
    "role" TEXT NOT NULL,
    "scope" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "refresh_hash" TEXT,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sign_in_failure" (
    "key" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "window_end" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sign_in_failure_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "task_type" (
    "id" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "executor" TEXT NOT NULL,
    "definition" JSON NOT NULL,
    "builtin" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "task_type_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "schedule" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "task_type_id" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "language_code" TEXT NOT NULL,
    "language_name_en" TEXT NOT NULL,
    "language_native" TEXT NOT NULL,
    "tags" TEXT[],
    "periodicity" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "config" JSON NOT NULL,
    "cpu" INTEGER NOT NULL,
    "memory" BIGINT NOT NULL,
    "disk" BIGINT NOT NULL,
    "platform" TEXT,
    "notification" JSON,
    "notes" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,
    "last_task_id" UUID,

    CONSTRAINT "schedule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "schedule_duration" (
    "id" UUID NOT NULL,
    "schedule_id" UUID NOT NULL,
    "worker_id" UUID,
    "seconds" INTEGER NOT NULL,
    "measured_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "schedule_duration_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task" (
    "id" UUID NOT NULL,
    "status" "task_status" NOT NULL,
    "stage" TEXT,
    "task_type_id" TEXT NOT NULL,
    "schedule_id" UUID,
    "schedule_name" TEXT NOT NULL,
    "priority" INTEGER NOT NULL,
    "requested_by" TEXT NOT NULL,
    "config" JSON NOT NULL,
    "cpu" INTEGER NOT NULL,
    "memory" BIGINT NOT NULL,
    "disk" BIGINT NOT NULL,
    "platform" TEXT,
    "expected_seconds" INTEGER NOT NULL,
    "upload" JSON NOT NULL DEFAULT '{}',
    "notification" JSON,
    "pinned_worker_id" UUID,
    "worker_id" UUID,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "max_attempts" INTEGER NOT NULL DEFAULT 3,
    "not_before" TIMESTAMPTZ(3),
    "fence" INTEGER NOT NULL DEFAULT 0,
    "lease_expires_at" TIMESTAMPTZ(3),
    "lease_seconds" INTEGER,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "reserved_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(6) NOT NULL,
    "cancel_requested_at" TIMESTAMPTZ(3),
    "canceled_by" TEXT,
    "reason_code" TEXT,
    "reason_text" TEXT,
    "progress" JSONB,
    "result" JSONB,
    "history" JSON NOT NULL DEFAULT '[]',

    CONSTRAINT "task_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task_report" (
    "task_id" UUID NOT NULL,
    "image" TEXT,
    "command" JSON,
    "stdout" TEXT,
    "stderr" TEXT,
    "exit_code" INTEGER,
    "stats" JSONB,
    "exception" TEXT,
    "traceback" TEXT,
    "log" TEXT,
    "log_file" TEXT,
    "artifact_file" TEXT,
    "timeout" JSONB,
    "log_lines" INTEGER NOT NULL DEFAULT 0,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "task_report_pkey" PRIMARY KEY ("task_id")
);

-- CreateTable
CREATE TABLE "log_chunk" (
    "task_id" UUID NOT NULL,
    "first_line" INTEGER NOT NULL,
    "lines" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "fence" INTEGER NOT NULL,
    "chunk" INTEGER NOT NULL,
    "content" JSON NOT NULL,

    CONSTRAINT "log_chunk_pkey" PRIMARY KEY ("task_id","first_line")
);

-- CreateTable
CREATE TABLE "worker" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "account_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "cpu" INTEGER NOT NULL,
    "memory" BIGINT NOT NULL,
    "disk" BIGINT NOT NULL,
    "reserved_cpu" INTEGER NOT NULL DEFAULT 0,
    "reserved_memory" BIGINT NOT NULL DEFAULT 0,
    "reserved_disk" BIGINT NOT NULL DEFAULT 0,
    "task_types" TEXT[],
    "platforms" JSONB NOT NULL DEFAULT '{}',
    "selfish" BOOLEAN NOT NULL DEFAULT false,
    "cordoned_at" TIMESTAMPTZ(3),
    "cordon_reason" TEXT,
    "version" TEXT,
    "last_seen_at" TIMESTAMPTZ(6),
    "last_ip" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "worker_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "file" (
    "id" UUID NOT NULL,
    "task_id" UUID,
    "name" TEXT NOT NULL,
    "status" "file_status" NOT NULL,
    "size" BIGINT NOT NULL,
    "sha256" TEXT,
    "media_type" TEXT NOT NULL DEFAULT 'application/octet-stream',
    "storage_key" TEXT,
    "uploaded_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "uploaded_at" TIMESTAMPTZ(3),
    "failed_at" TIMESTAMPTZ(3),
    "check_result" JSONB,

    CONSTRAINT "file_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notice" (
    "id" UUID NOT NULL,
    "task_id" UUID,
    "occasion" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "payload" JSON NOT NULL,
    "status" "notice_status" NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL,
    "last_error" TEXT,
    "last_status" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "delivered_at" TIMESTAMPTZ(3),

    CONSTRAINT "notice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event" (
    "id" BIGSERIAL NOT NULL,
    "xid" BIGINT NOT NULL DEFAULT (pg_current_xact_id())::text::bigint,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "task_id" UUID,
    "schedule_id" UUID,
    "worker_id" UUID,
    "data" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task_count" (
    "status" "task_status" NOT NULL,
    "shard" INTEGER NOT NULL,
    "n" BIGINT NOT NULL,

    CONSTRAINT "task_count_pkey" PRIMARY KEY ("status","shard")
);

-- CreateIndex
CREATE UNIQUE INDEX "account_username_key" ON "account"("username");

-- CreateIndex
CREATE UNIQUE INDEX "session_refresh_hash_key" ON "session"("refresh_hash");

-- CreateIndex
CREATE INDEX "session_account_id_idx" ON "session"("account_id");

-- CreateIndex
CREATE INDEX "session_expires_at_idx" ON "session"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_token_hash_key" ON "api_token"("token_hash");

-- CreateIndex
CREATE INDEX "api_token_account_id_idx" ON "api_token"("account_id");

-- CreateIndex
CREATE UNIQUE INDEX "schedule_name_key" ON "schedule"("name");

-- CreateIndex
CREATE INDEX "schedule_category_name_idx" ON "schedule"("category", "name");

-- CreateIndex
CREATE INDEX "schedule_language_code_name_idx" ON "schedule"("language_code", "name");

-- CreateIndex
CREATE INDEX "schedule_task_type_id_name_idx" ON "schedule"("task_type_id", "name");

-- CreateIndex
CREATE INDEX "schedule_last_task_id_idx" ON "schedule"("last_task_id");

-- CreateIndex
CREATE INDEX "schedule_tags_idx" ON "schedule" USING GIN ("tags");

-- CreateIndex
CREATE INDEX "schedule_duration_worker_id_idx" ON "schedule_duration"("worker_id");

-- CreateIndex
CREATE INDEX "task_schedule_id_updated_at_idx" ON "task"("schedule_id", "updated_at" DESC);

-- CreateIndex
CREATE INDEX "task_updated_at_id_idx" ON "task"("updated_at" DESC, "id");

-- CreateIndex
CREATE INDEX "task_status_updated_at_id_idx" ON "task"("status", "updated_at" DESC, "id");

-- CreateIndex
CREATE UNIQUE INDEX "log_chunk_task_id_fence_chunk_key" ON "log_chunk"("task_id", "fence", "chunk");

-- CreateIndex
CREATE UNIQUE INDEX "worker_name_key" ON "worker"("name");

-- CreateIndex
CREATE INDEX "worker_account_id_idx" ON "worker"("account_id");

-- CreateIndex
CREATE UNIQUE INDEX "file_task_id_name_key" ON "file"("task_id", "name");

-- CreateIndex
CREATE INDEX "notice_task_id_idx" ON "notice"("task_id");

-- CreateIndex
CREATE INDEX "event_xid_id_idx" ON "event"("xid", "id");

-- CreateIndex
CREATE INDEX "event_task_id_id_idx" ON "event"("task_id", "id");

-- CreateIndex
CREATE INDEX "event_schedule_id_id_idx" ON "event"("schedule_id", "id");

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "schedule" ADD CONSTRAINT "schedule_task_type_id_fkey" FOREIGN KEY ("task_type_id") REFERENCES "task_type"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "schedule" ADD CONSTRAINT "schedule_last_task_id_fkey" FOREIGN KEY ("last_task_id") REFERENCES "task"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "schedule_duration" ADD CONSTRAINT "schedule_duration_schedule_id_fkey" FOREIGN KEY ("schedule_id") REFERENCES "schedule"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "schedule_duration" ADD CONSTRAINT "schedule_duration_worker_id_fkey" FOREIGN KEY ("worker_id") REFERENCES "worker"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task" ADD CONSTRAINT "task_schedule_id_fkey" FOREIGN KEY ("schedule_id") REFERENCES "schedule"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task" ADD CONSTRAINT "task_worker_id_fkey" FOREIGN KEY ("worker_id") REFERENCES "worker"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task" ADD CONSTRAINT "task_pinned_worker_id_fkey" FOREIGN KEY ("pinned_worker_id") REFERENCES "worker"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task_report" ADD CONSTRAINT "task_report_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "task"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "log_chunk" ADD CONSTRAINT "log_chunk_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "task"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "worker" ADD CONSTRAINT "worker_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "file" ADD CONSTRAINT "file_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "task"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- By hand: what Prisma's schema language cannot say.

-- The queue in the order in which decide looks at it, and in the order in which people are shown it.
CREATE INDEX "task_queue_idx" ON "task" ("priority" DESC, "expected_seconds" DESC, "updated_at", "id") WHERE "status" = 'requested';
CREATE INDEX "task_queue_order_idx" ON "task" ("priority" DESC, "updated_at", "id") WHERE "status" = 'requested';
CREATE INDEX "task_waiting_schedule_idx" ON "task" ("schedule_id") WHERE "status" = 'requested';
CREATE INDEX "task_waiting_type_idx" ON "task" ("task_type_id", "requested_at") WHERE "status" = 'requested';
CREATE INDEX "task_worker_active_idx" ON "task" ("worker_id") WHERE "status" IN ('reserved', 'started');
CREATE INDEX "task_lease_idx" ON "task" ("lease_expires_at") WHERE "status" IN ('reserved', 'started');
CREATE INDEX "notice_due_idx" ON "notice" ("next_attempt_at") WHERE "status" = 'pending';

-- One default (worker is null) and one value a worker for each schedule.
CREATE UNIQUE INDEX "schedule_duration_schedule_worker_key" ON "schedule_duration" ("schedule_id", "worker_id") NULLS NOT DISTINCT;

ALTER TABLE "task"
  ADD CONSTRAINT "task_priority_check" CHECK ("priority" BETWEEN 0 AND 10),
  ADD CONSTRAINT "task_needs_check" CHECK ("cpu" >= 0 AND "memory" >= 0 AND "disk" >= 0),
  ADD CONSTRAINT "task_held_check" CHECK ("status" NOT IN ('reserved', 'started') OR ("worker_id" IS NOT NULL AND "lease_expires_at" IS NOT NULL)),
  ADD CONSTRAINT "task_waiting_check" CHECK ("status" <> 'requested' OR ("worker_id" IS NULL AND "lease_expires_at" IS NULL)),
  ADD CONSTRAINT "task_ended_check" CHECK (("status" IN ('succeeded', 'failed', 'canceled')) = ("ended_at" IS NOT NULL)),
  ADD CONSTRAINT "task_reason_check" CHECK ("status" <> 'failed' OR "reason_code" IS NOT NULL);
ALTER TABLE "worker"
  ADD CONSTRAINT "worker_totals_check" CHECK ("cpu" >= 0 AND "memory" >= 0 AND "disk" >= 0),
  ADD CONSTRAINT "worker_reserved_check" CHECK ("reserved_cpu" >= 0 AND "reserved_memory" >= 0 AND "reserved_disk" >= 0);
ALTER TABLE "schedule"
  ADD CONSTRAINT "schedule_needs_check" CHECK ("cpu" >= 0 AND "memory" >= 0 AND "disk" >= 0);
