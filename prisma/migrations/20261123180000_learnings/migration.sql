-- What is kept of a learning beside its text: evidence, how it is steered, its words for full-text search, and its vector. The vector is a plain real[]: where
-- pgvector is there an expression index over its cast serves, made by the supervisor after the migrations.
ALTER TABLE "learning"
    ADD COLUMN "source" TEXT NOT NULL DEFAULT 'agent',
    ADD COLUMN "author" TEXT,
    ADD COLUMN "file" TEXT,
    ADD COLUMN "commit" TEXT,
    ADD COLUMN "flag" TEXT,
    ADD COLUMN "pinned" BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN "file_gone_at" TIMESTAMPTZ(3),
    ADD COLUMN "merged_into" TEXT,
    ADD COLUMN "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    ADD COLUMN "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    ADD COLUMN "embedding" REAL[],
    ADD COLUMN "embedding_id" TEXT,
    ADD COLUMN "embedded_at" TIMESTAMPTZ(3),
    ADD COLUMN "words" TSVECTOR GENERATED ALWAYS AS (to_tsvector('english', "text")) STORED;

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE INDEX "learning_words_idx" ON "learning" USING gin ("words");
CREATE INDEX "learning_letters_idx" ON "learning" USING gin ("text" gin_trgm_ops);
CREATE INDEX "learning_embedding_id_embedded_at_idx" ON "learning"("embedding_id", "embedded_at");

-- Which learnings a run's prompts held; how the run ended is read from the run.
CREATE TABLE "learning_use" (
    "learning_id" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "first_iteration" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "learning_use_pkey" PRIMARY KEY ("learning_id", "run_id")
);
CREATE INDEX "learning_use_run_id_idx" ON "learning_use"("run_id");
ALTER TABLE "learning_use" ADD CONSTRAINT "learning_use_learning_id_fkey" FOREIGN KEY ("learning_id") REFERENCES "learning"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "learning_use" ADD CONSTRAINT "learning_use_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What a learning said before a person changed it.
CREATE TABLE "learning_revision" (
    "id" TEXT NOT NULL,
    "learning_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "learning_revision_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "learning_revision_learning_id_at_idx" ON "learning_revision"("learning_id", "at");
ALTER TABLE "learning_revision" ADD CONSTRAINT "learning_revision_learning_id_fkey" FOREIGN KEY ("learning_id") REFERENCES "learning"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What a supervisor embeds learnings with: contracts/learnings.ts embeddingStatus.
ALTER TABLE "supervisor" ADD COLUMN "embedding" JSONB;

-- Whether what workers of a repository note is given to later ones at once, or after a person's yes.
ALTER TABLE "repository" ADD COLUMN "learnings" TEXT NOT NULL DEFAULT 'automatic';
