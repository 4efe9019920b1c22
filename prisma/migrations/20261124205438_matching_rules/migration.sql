-- AlterTable
ALTER TABLE "task" ADD COLUMN     "image" TEXT;

-- CreateTable
CREATE TABLE "pause" (
    "id" UUID NOT NULL,
    "scope" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "ended_by" TEXT,

    CONSTRAINT "pause_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "run_limit" (
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "total" INTEGER,
    "per_worker" INTEGER,
    "author" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "run_limit_pkey" PRIMARY KEY ("kind","subject")
);

-- CreateTable
CREATE TABLE "breaker" (
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "first_failed_at" TIMESTAMPTZ(3) NOT NULL,
    "last_failed_at" TIMESTAMPTZ(3) NOT NULL,
    "schedules" TEXT[],
    "workers" TEXT[],
    "last_task_id" UUID NOT NULL,
    "last_reason_code" TEXT NOT NULL,
    "opened_at" TIMESTAMPTZ(3),
    "cool_down_seconds" INTEGER,
    "retry_at" TIMESTAMPTZ(3),
    "probe_task_id" UUID,

    CONSTRAINT "breaker_pkey" PRIMARY KEY ("kind","subject")
);

-- CreateTable
CREATE TABLE "run_slot" (
    "task_id" UUID NOT NULL,
    "worker_id" UUID NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "run_slot_pkey" PRIMARY KEY ("task_id")
);

-- CreateIndex
CREATE INDEX "pause_created_at_id_idx" ON "pause"("created_at" DESC, "id");

-- CreateIndex
CREATE INDEX "run_slot_worker_id_idx" ON "run_slot"("worker_id");

-- AddForeignKey
ALTER TABLE "run_slot" ADD CONSTRAINT "run_slot_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "task"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run_slot" ADD CONSTRAINT "run_slot_worker_id_fkey" FOREIGN KEY ("worker_id") REFERENCES "worker"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- By hand: what Prisma's schema language cannot say.

-- What runs on a platform or asks a host, for the limits.
CREATE INDEX "task_platform_active_idx" ON "task" ("platform") WHERE "status" IN ('reserved', 'started') AND "platform" IS NOT NULL;
CREATE INDEX "task_hosts_active_idx" ON "task" USING GIN ("hosts") WHERE "status" IN ('reserved', 'started');
CREATE INDEX "pause_open_idx" ON "pause" ("until") WHERE "ended_at" IS NULL;

ALTER TABLE "pause"
  ADD CONSTRAINT "pause_scope_check" CHECK ("scope" IN ('farm', 'task_type', 'platform', 'host', 'schedule', 'worker')),
  ADD CONSTRAINT "pause_subject_check" CHECK (("scope" = 'farm') = ("subject" = ''));
ALTER TABLE "run_limit"
  ADD CONSTRAINT "run_limit_kind_check" CHECK ("kind" IN ('platform', 'host')),
  ADD CONSTRAINT "run_limit_figures_check" CHECK (coalesce("total", "per_worker") IS NOT NULL AND "total" >= 0 AND "per_worker" >= 0);
ALTER TABLE "breaker"
  ADD CONSTRAINT "breaker_kind_check" CHECK ("kind" IN ('task_type', 'image', 'worker')),
  ADD CONSTRAINT "breaker_open_check" CHECK (
    ("opened_at" IS NULL) = ("retry_at" IS NULL) AND ("opened_at" IS NULL) = ("cool_down_seconds" IS NULL));

-- Tasks that waited or ran when this column came.
UPDATE "task" SET "image" = "config" -> 'image' ->> 'name' || ':' || ("config" -> 'image' ->> 'tag')
WHERE "status" IN ('requested', 'reserved', 'started');
