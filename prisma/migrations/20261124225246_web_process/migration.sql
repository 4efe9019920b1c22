-- CreateTable
CREATE TABLE "web_process" (
    "id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "web_process_pkey" PRIMARY KEY ("id")
);
