-- AlterTable
ALTER TABLE "schedule" ADD COLUMN     "tickets" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "schedule_name" (
    "schedule_id" UUID NOT NULL,
    "text" TEXT NOT NULL,

    CONSTRAINT "schedule_name_pkey" PRIMARY KEY ("schedule_id")
);

-- CreateIndex
CREATE INDEX "schedule_periodicity_name_idx" ON "schedule"("periodicity", "name");

-- CreateIndex
CREATE INDEX "schedule_updated_at_name_idx" ON "schedule"("updated_at", "name");

-- CreateIndex
CREATE INDEX "schedule_created_at_name_idx" ON "schedule"("created_at", "name");

-- AddForeignKey
ALTER TABLE "schedule_name" ADD CONSTRAINT "schedule_name_schedule_id_fkey" FOREIGN KEY ("schedule_id") REFERENCES "schedule"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The list by last success: those that never succeeded count as the oldest.
CREATE INDEX "schedule_last_success_idx" ON "schedule" (coalesce("last_success_at", '1970-01-01 00:00:00+00'::timestamptz), "name");

-- Whatever applies this file may cut it at each semicolon: within functions it is written \x3b.
CREATE FUNCTION schedule_names_added() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  INSERT INTO schedule_name (schedule_id, text) SELECT id, lower(name) FROM added\x3b
  RETURN NULL\x3b
END';
CREATE TRIGGER schedule_names_added AFTER INSERT ON "schedule"
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION schedule_names_added();

CREATE FUNCTION schedule_name_changed() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  UPDATE schedule_name SET text = lower(NEW.name) WHERE schedule_id = NEW.id\x3b
  RETURN NULL\x3b
END';
CREATE TRIGGER schedule_name_changed AFTER UPDATE OF "name" ON "schedule"
  FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION schedule_name_changed();

INSERT INTO "schedule_name" ("schedule_id", "text") SELECT "id", lower("name") FROM "schedule";

-- Without pg_trgm (or the right to create it) the search reads all names, which is slower and right all the same.
DO E'
BEGIN
  IF EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = \'pg_trgm\') THEN
    CREATE EXTENSION IF NOT EXISTS pg_trgm\x3b
    CREATE INDEX "schedule_name_text_idx" ON "schedule_name" USING gin ("text" gin_trgm_ops)\x3b
  END IF\x3b
EXCEPTION WHEN insufficient_privilege THEN
  RAISE NOTICE \'pg_trgm could not be created: the search for schedules goes without its index\'\x3b
END';
