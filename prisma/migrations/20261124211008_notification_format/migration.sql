-- AlterTable
ALTER TABLE "schedule" ADD COLUMN     "notification_format" TEXT NOT NULL DEFAULT 'v1';

-- AlterTable
ALTER TABLE "task" ADD COLUMN     "notification_format" TEXT NOT NULL DEFAULT 'v1';

-- CreateIndex
CREATE INDEX "task_reserved_at_id_idx" ON "task"("reserved_at" DESC, "id");

-- CreateIndex
CREATE INDEX "task_worker_id_status_idx" ON "task"("worker_id", "status");

ALTER TABLE "schedule" ADD CONSTRAINT "schedule_notification_format_check" CHECK ("notification_format" IN ('v1', 'v2'));
ALTER TABLE "task" ADD CONSTRAINT "task_notification_format_check" CHECK ("notification_format" IN ('v1', 'v2'));
