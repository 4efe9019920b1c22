-- AlterTable
ALTER TABLE "task" ADD COLUMN     "shape_id" INTEGER;

-- CreateTable
CREATE TABLE "task_shape" (
    "id" SERIAL NOT NULL,
    "task_type_id" TEXT NOT NULL,
    "cpu" INTEGER NOT NULL,
    "memory" BIGINT NOT NULL,
    "disk" BIGINT NOT NULL,
    "platform" TEXT NOT NULL DEFAULT '',
    "context" TEXT NOT NULL DEFAULT '',
    "image" TEXT NOT NULL DEFAULT '',
    "pinned_worker_id" UUID,
    "host" TEXT NOT NULL DEFAULT '',
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "task_shape_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task_offer" (
    "task_id" UUID NOT NULL,
    "worker_id" UUID NOT NULL,
    "offered_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "task_offer_pkey" PRIMARY KEY ("task_id")
);

-- CreateIndex
CREATE INDEX "task_offer_worker_id_idx" ON "task_offer"("worker_id");

-- By hand.

-- Nothing is lost with an offer but a moment: it needs no log and no fsync.
ALTER TABLE "task_offer" SET UNLOGGED;
CREATE UNIQUE INDEX "task_shape_key" ON "task_shape"
  ("task_type_id", "cpu", "memory", "disk", "platform", "context", "image", "host", "pinned_worker_id") NULLS NOT DISTINCT;

-- The queue of each shape in the order in which decide ranks it.
CREATE INDEX "task_shape_queue_idx" ON "task" ("shape_id", "priority" DESC, "expected_seconds" DESC, "updated_at", "id") WHERE "status" = 'requested';
-- The oldest of each shape, which decide lets age.
CREATE INDEX "task_shape_age_idx" ON "task" ("shape_id", "updated_at") WHERE "status" = 'requested';
-- Whether many waiting tasks ask the same web site.
CREATE INDEX "task_waiting_host_idx" ON "task" (("hosts"[1])) WHERE "status" = 'requested' AND "hosts"[1] IS NOT NULL;

INSERT INTO "task_shape" ("task_type_id", "cpu", "memory", "disk", "platform", "context", "image", "pinned_worker_id")
  SELECT DISTINCT "task_type_id", "cpu", "memory", "disk", coalesce("platform", ''), "context", coalesce("image", ''), "pinned_worker_id"
  FROM "task" WHERE "status" = 'requested';
UPDATE "task" t SET "shape_id" = s."id" FROM "task_shape" s
  WHERE t."status" = 'requested'
    AND (s."task_type_id", s."cpu", s."memory", s."disk", s."platform", s."context", s."image")
      = (t."task_type_id", t."cpu", t."memory", t."disk", coalesce(t."platform", ''), t."context", coalesce(t."image", ''))
    AND s."pinned_worker_id" IS NOT DISTINCT FROM t."pinned_worker_id";
