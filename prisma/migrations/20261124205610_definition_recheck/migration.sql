-- AlterTable
ALTER TABLE "task_type_version" ADD COLUMN     "recheck_after" UUID,
ADD COLUMN     "recheck_at" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "schedule_task_type_id_definition_version_id_idx" ON "schedule"("task_type_id", "definition_version", "id");

CREATE INDEX "schedule_invalid_idx" ON "schedule"("name") WHERE "invalid" IS NOT NULL;
CREATE INDEX "task_type_version_recheck_idx" ON "task_type_version"("recheck_at") WHERE "recheck_at" IS NOT NULL;
