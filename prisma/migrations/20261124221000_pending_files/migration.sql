-- Few files wait for the catalogue: all others are left out.
CREATE INDEX "file_for_catalogue_idx" ON "file" ("created_at")
  WHERE "status" = 'uploaded' AND "check_file" IS NOT NULL AND "check_result" IS NOT NULL AND "task_id" IS NOT NULL;
