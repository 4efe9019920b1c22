-- Zimfarm's list of what waits: by priority, then by when it was requested (lib/db/waiting.ts).
CREATE INDEX "task_waiting_list_idx" ON "task" ("priority" DESC, "requested_at", "id") WHERE "status" = 'requested';
