-- Schedules are worked on in bulk too: SCHEDULE_ACTIONS in lib/core/bulk.ts.
ALTER TABLE "bulk_job" DROP CONSTRAINT "bulk_job_action_check";
ALTER TABLE "bulk_job" ADD CONSTRAINT "bulk_job_action_check" CHECK ("action" IN
  ('cancel', 'retry', 'prioritize', 'request', 'enable', 'disable', 'tag', 'untag', 'archive', 'restore', 'requestSchedules'));
