-- AlterTable
ALTER TABLE "account" ADD COLUMN     "display_name" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "idp_sub" TEXT;

-- AlterTable
ALTER TABLE "task_type" DROP COLUMN "definition",
ADD COLUMN     "base_model" TEXT,
ADD COLUMN     "ci_secret_hash" TEXT,
ADD COLUMN     "command" TEXT,
ADD COLUMN     "docker_image" TEXT,
ADD COLUMN     "offliner" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "position" INTEGER NOT NULL DEFAULT 1000,
ADD COLUMN     "version" TEXT NOT NULL DEFAULT 'dev';

-- AlterTable
ALTER TABLE "schedule" ADD COLUMN     "archived_at" TIMESTAMPTZ(3),
ADD COLUMN     "context" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "definition_version" TEXT NOT NULL DEFAULT 'dev',
ADD COLUMN     "invalid" JSONB,
ADD COLUMN     "period_from" TEXT NOT NULL DEFAULT 'start',
ADD COLUMN     "similarity" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "task" ADD COLUMN     "context" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "definition_version" TEXT NOT NULL DEFAULT 'dev',
ADD COLUMN     "hosts" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "worker" ADD COLUMN     "available_cpu" INTEGER,
ADD COLUMN     "available_disk" BIGINT,
ADD COLUMN     "available_memory" BIGINT,
ADD COLUMN     "contexts" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "disabled_at" TIMESTAMPTZ(3),
ADD COLUMN     "disabled_by" TEXT,
ADD COLUMN     "disabled_reason" TEXT,
ADD COLUMN     "image" JSONB;

-- AlterTable
ALTER TABLE "file" ADD COLUMN     "check_file" TEXT,
ADD COLUMN     "check_uploaded_at" TIMESTAMPTZ(3),
ADD COLUMN     "cms" JSONB,
ADD COLUMN     "info" JSONB;

-- CreateTable
CREATE TABLE "ssh_key" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "md5" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "pem" TEXT NOT NULL,
    "added_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "ssh_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task_type_version" (
    "task_type_id" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "definition" JSON NOT NULL,
    "spec" JSON,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "task_type_version_pkey" PRIMARY KEY ("task_type_id","version")
);

-- CreateTable
CREATE TABLE "schedule_revision" (
    "id" UUID NOT NULL,
    "schedule_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "author" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "comment" TEXT,
    "snapshot" JSON NOT NULL,

    CONSTRAINT "schedule_revision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "blob" (
    "id" UUID NOT NULL,
    "schedule_id" UUID,
    "field" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "checksum" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "storage_key" TEXT NOT NULL,
    "comments" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "blob_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "ssh_key_md5_idx" ON "ssh_key"("md5");

-- CreateIndex
CREATE INDEX "ssh_key_sha256_idx" ON "ssh_key"("sha256");

-- CreateIndex
CREATE UNIQUE INDEX "ssh_key_account_id_sha256_key" ON "ssh_key"("account_id", "sha256");

-- CreateIndex
CREATE UNIQUE INDEX "schedule_revision_schedule_id_version_key" ON "schedule_revision"("schedule_id", "version");

-- CreateIndex
CREATE UNIQUE INDEX "blob_schedule_id_field_checksum_key" ON "blob"("schedule_id", "field", "checksum");

-- CreateIndex
CREATE UNIQUE INDEX "account_idp_sub_key" ON "account"("idp_sub");

-- CreateIndex
CREATE INDEX "schedule_similarity_idx" ON "schedule" USING GIN ("similarity");

-- AddForeignKey
ALTER TABLE "ssh_key" ADD CONSTRAINT "ssh_key_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task_type_version" ADD CONSTRAINT "task_type_version_task_type_id_fkey" FOREIGN KEY ("task_type_id") REFERENCES "task_type"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "schedule_revision" ADD CONSTRAINT "schedule_revision_schedule_id_fkey" FOREIGN KEY ("schedule_id") REFERENCES "schedule"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "blob" ADD CONSTRAINT "blob_schedule_id_fkey" FOREIGN KEY ("schedule_id") REFERENCES "schedule"("id") ON DELETE SET NULL ON UPDATE CASCADE;

UPDATE "account" SET "display_name" = "username" WHERE "display_name" = '';
ALTER TABLE "schedule" ADD CONSTRAINT "schedule_period_from_check" CHECK ("period_from" IN ('start', 'success'));
ALTER TABLE "blob" ADD CONSTRAINT "blob_kind_check" CHECK ("kind" IN ('image', 'illustration', 'css', 'html', 'txt'));
ALTER TABLE "ssh_key" ADD CONSTRAINT "ssh_key_type_check" CHECK ("type" IN ('RSA', 'ECDSA', 'ED25519'));
