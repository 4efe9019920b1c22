-- Files that the catalogue is still to hear of (lib/services/files/pending.ts).
CREATE INDEX "file_pending_idx" ON "file" ("created_at") WHERE "status" = 'uploaded' AND "check_result" IS NOT NULL
  AND "check_file" IS NOT NULL AND ("cms" IS NULL OR ("cms"->>'succeeded') IS DISTINCT FROM 'true') AND "task_id" IS NOT NULL;
