-- Words from people to whoever works on an item, and a pause that is asked for while it runs.
ALTER TABLE "work_item" ADD COLUMN "pause_requested_by" TEXT;

CREATE TABLE "message" (
    "id" TEXT NOT NULL,
    "work_item_id" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "run_id" TEXT,
    "iteration" INTEGER,
    "read_at" TIMESTAMPTZ(3),

    CONSTRAINT "message_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "message_work_item_id_at_idx" ON "message"("work_item_id", "at");
ALTER TABLE "message" ADD CONSTRAINT "message_work_item_id_fkey" FOREIGN KEY ("work_item_id") REFERENCES "work_item"("id") ON DELETE CASCADE ON UPDATE CASCADE;
