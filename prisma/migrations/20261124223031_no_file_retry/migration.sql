-- AlterTable
ALTER TABLE "file" DROP COLUMN "retry_at";
