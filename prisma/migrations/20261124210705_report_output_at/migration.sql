-- AlterTable
ALTER TABLE "task_report" ADD COLUMN     "output_at" TIMESTAMPTZ(3);
