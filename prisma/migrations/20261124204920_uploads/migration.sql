-- AlterTable
ALTER TABLE "file" ADD COLUMN     "expires_at" TIMESTAMPTZ(3),
ADD COLUMN     "kind" TEXT NOT NULL DEFAULT 'result',
ADD COLUMN     "retry_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "notice" ADD COLUMN     "file_id" UUID;

-- CreateTable
CREATE TABLE "upload" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "path" TEXT NOT NULL,
    "storage_key" TEXT NOT NULL,
    "size" BIGINT NOT NULL DEFAULT 0,
    "sha256" TEXT,
    "declared_size" BIGINT,
    "declared_sha256" TEXT,
    "fence" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "whole_at" TIMESTAMPTZ(3),
    "file_id" UUID,

    CONSTRAINT "upload_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "upload_updated_at_idx" ON "upload"("updated_at");

-- CreateIndex
CREATE INDEX "upload_file_id_idx" ON "upload"("file_id");

-- CreateIndex
CREATE UNIQUE INDEX "upload_account_id_path_key" ON "upload"("account_id", "path");

-- CreateIndex
CREATE INDEX "file_name_idx" ON "file"("name");

-- CreateIndex
CREATE INDEX "notice_file_id_idx" ON "notice"("file_id");

-- AddForeignKey
ALTER TABLE "upload" ADD CONSTRAINT "upload_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "upload" ADD CONSTRAINT "upload_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "file"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notice" ADD CONSTRAINT "notice_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "file"("id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "file" ADD CONSTRAINT "file_kind_check" CHECK ("kind" IN ('result', 'logs', 'artifacts', 'check'));
CREATE INDEX "file_expires_idx" ON "file" ("expires_at") WHERE "storage_key" IS NOT NULL AND "expires_at" IS NOT NULL;
