-- AlterTable
ALTER TABLE "schedule" ADD COLUMN     "failed_in_row" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "last_success_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "blob" ADD COLUMN     "orphaned_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "periodic_job" (
    "name" TEXT NOT NULL,
    "next_at" TIMESTAMPTZ(3) NOT NULL,
    "holder" UUID,
    "lease_expires_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "took_ms" INTEGER,
    "did" JSON NOT NULL DEFAULT '{}',
    "error" TEXT,
    "runs" INTEGER NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "periodic_job_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "discarded_object" (
    "storage_key" TEXT NOT NULL,
    "discarded_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "discarded_object_pkey" PRIMARY KEY ("storage_key")
);

-- CreateIndex
CREATE INDEX "blob_storage_key_idx" ON "blob"("storage_key");

-- By hand: what Prisma's schema language cannot say.

-- A schedule waits once for any worker, and once for each that is named. A task that came back to the queue (its fence is
-- then past 0) may wait beside a new one.
CREATE UNIQUE INDEX "task_waiting_once_key" ON "task" ("schedule_id", "pinned_worker_id") NULLS NOT DISTINCT
  WHERE "status" = 'requested' AND "fence" = 0 AND "schedule_id" IS NOT NULL;

-- What periodic jobs walk.
CREATE INDEX "schedule_periodic_idx" ON "schedule" ("id") WHERE "enabled" AND "archived_at" IS NULL AND "periodicity" <> 'manually';
CREATE INDEX "task_unscheduled_ended_idx" ON "task" ("ended_at") WHERE "schedule_id" IS NULL AND "ended_at" IS NOT NULL;
CREATE INDEX "notice_told_idx" ON "notice" ("created_at") WHERE "status" <> 'pending';
CREATE INDEX "blob_orphan_idx" ON "blob" ("id") WHERE "schedule_id" IS NULL;

UPDATE "schedule" s SET "last_success_at" = t."at"
  FROM (SELECT "schedule_id", max("ended_at") AS "at" FROM "task" WHERE "status" = 'succeeded' GROUP BY "schedule_id") t
  WHERE t."schedule_id" = s."id";
