-- Learnings that a person proposes to a repository, as a section of its AGENTS.md or CLAUDE.md.
CREATE TABLE "learning_proposal" (
    "id" TEXT NOT NULL,
    "repo" TEXT NOT NULL,
    "repo_kind" TEXT NOT NULL,
    "clone_url" TEXT NOT NULL,
    "file" TEXT NOT NULL,
    "content_hash" TEXT NOT NULL,
    "learnings" INTEGER NOT NULL,
    "branch" TEXT NOT NULL,
    "base_branch" TEXT NOT NULL,
    "commit" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pushing',
    "pr_number" INTEGER,
    "pr_url" TEXT,
    "last_error" TEXT,
    "asked_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "learning_proposal_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "learning_proposal_repo_branch_key" ON "learning_proposal"("repo", "branch");
CREATE INDEX "learning_proposal_repo_file_created_at_idx" ON "learning_proposal"("repo", "file", "created_at");

-- A side effect is wanted by a work item or by a proposal, never by both.
ALTER TABLE "outbox"
    ALTER COLUMN "work_item_id" DROP NOT NULL,
    ADD COLUMN "proposal_id" TEXT,
    ADD CONSTRAINT "outbox_wanted_by_one" CHECK (num_nonnulls("work_item_id", "proposal_id") = 1);
CREATE INDEX "outbox_proposal_id_idx" ON "outbox"("proposal_id");
