-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "work_item" (
    "id" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "source_url" TEXT,
    "repo" TEXT NOT NULL,
    "repo_kind" TEXT NOT NULL,
    "clone_url" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "original_spec" TEXT NOT NULL,
    "spec" TEXT NOT NULL,
    "tasks_done" INTEGER NOT NULL DEFAULT 0,
    "tasks_total" INTEGER NOT NULL,
    "priority" TEXT NOT NULL DEFAULT 'medium',
    "state" TEXT NOT NULL,
    "state_reason" TEXT,
    "setup" TEXT,
    "verify" TEXT,
    "base_branch" TEXT,
    "image" TEXT,
    "max_iterations" INTEGER NOT NULL,
    "max_usd" DOUBLE PRECISION NOT NULL,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "branch" TEXT,
    "branch_suffix" INTEGER NOT NULL DEFAULT 0,
    "base_commit" TEXT,
    "head_commit" TEXT,
    "remote_commit" TEXT,
    "verified" BOOLEAN,
    "pr_number" INTEGER,
    "pr_url" TEXT,
    "job_id" TEXT,
    "not_before" TIMESTAMPTZ(3),
    "waiting_reason" TEXT,
    "waiting_until" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "event_seq" INTEGER NOT NULL DEFAULT 0,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "queued_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "work_item_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "work_item_block" (
    "blocked_id" TEXT NOT NULL,
    "blocker_id" TEXT NOT NULL,

    CONSTRAINT "work_item_block_pkey" PRIMARY KEY ("blocked_id","blocker_id")
);

-- CreateTable
CREATE TABLE "run" (
    "id" TEXT NOT NULL,
    "work_item_id" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "detail" TEXT,
    "runtime" TEXT NOT NULL,
    "agent" TEXT NOT NULL,
    "isolated" BOOLEAN NOT NULL,
    "engine_id" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "worker_ref" TEXT,
    "verifier_ref" TEXT,
    "branch" TEXT NOT NULL,
    "start_commit" TEXT,
    "head_commit" TEXT,
    "iterations" INTEGER NOT NULL DEFAULT 0,
    "input_tokens" INTEGER NOT NULL DEFAULT 0,
    "output_tokens" INTEGER NOT NULL DEFAULT 0,
    "cost_usd" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "claimed_commit" TEXT,
    "verify_started_at" TIMESTAMPTZ(3),
    "verify_exit" INTEGER,
    "verify_log" TEXT,
    "verify_round" INTEGER NOT NULL DEFAULT 0,
    "order" TEXT,
    "order_by" TEXT,
    "last_worker_seq" INTEGER NOT NULL DEFAULT 0,
    "last_beat_at" TIMESTAMPTZ(3),
    "tail" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "registered_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "state_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "cleaned_at" TIMESTAMPTZ(3),

    CONSTRAINT "run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "worker_token" (
    "hash" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "worker_token_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "iteration" (
    "run_id" TEXT NOT NULL,
    "n" INTEGER NOT NULL,
    "granted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),
    "outcome" TEXT,
    "cost_usd" DOUBLE PRECISION NOT NULL DEFAULT 0,

    CONSTRAINT "iteration_pkey" PRIMARY KEY ("run_id","n")
);

-- CreateTable
CREATE TABLE "model_call" (
    "id" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "reserved_usd" DOUBLE PRECISION NOT NULL,
    "cost_usd" DOUBLE PRECISION,
    "input_tokens" INTEGER NOT NULL DEFAULT 0,
    "output_tokens" INTEGER NOT NULL DEFAULT 0,
    "status" INTEGER,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "model_call_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_chunk" (
    "work_item_id" TEXT NOT NULL,
    "first_seq" INTEGER NOT NULL,
    "last_seq" INTEGER NOT NULL,
    "run_id" TEXT,
    "events" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "event_chunk_pkey" PRIMARY KEY ("work_item_id","first_seq")
);

-- CreateTable
CREATE TABLE "lease" (
    "repo" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "lease_pkey" PRIMARY KEY ("repo","path")
);

-- CreateTable
CREATE TABLE "lease_conflict" (
    "id" TEXT NOT NULL,
    "repo" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "holder_run_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "lease_conflict_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "work_item_id" TEXT NOT NULL,
    "run_id" TEXT,
    "owner" TEXT,
    "dedupe_key" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "locked_by" TEXT,
    "locked_until" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit" (
    "id" SERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "work_item_id" TEXT,
    "run_id" TEXT,
    "from" TEXT,
    "to" TEXT,
    "why" TEXT,

    CONSTRAINT "audit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "learning" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "repo" TEXT,
    "run_id" TEXT,
    "state" TEXT NOT NULL DEFAULT 'proposed',
    "dedupe_key" TEXT NOT NULL,
    "seen" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "learning_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "supervisor" (
    "id" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "runtime" TEXT NOT NULL,
    "engine_id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "beat_at" TIMESTAMPTZ(3) NOT NULL,
    "gateway_up_since" TIMESTAMPTZ(3),
    "pause_reason" TEXT,
    "pause_until" TIMESTAMPTZ(3),
    "facts" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "supervisor_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "login_link" (
    "hash" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "login_link_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "user" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "hash" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "session_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "work_item_state_updated_at_idx" ON "work_item"("state", "updated_at");

-- CreateIndex
CREATE INDEX "work_item_repo_idx" ON "work_item"("repo");

-- CreateIndex
CREATE UNIQUE INDEX "work_item_source_source_id_key" ON "work_item"("source", "source_id");

-- CreateIndex
CREATE INDEX "run_work_item_id_created_at_idx" ON "run"("work_item_id", "created_at");

-- CreateIndex
CREATE INDEX "run_state_idx" ON "run"("state");

-- CreateIndex
CREATE UNIQUE INDEX "run_work_item_id_epoch_key" ON "run"("work_item_id", "epoch");

-- CreateIndex
CREATE INDEX "worker_token_run_id_idx" ON "worker_token"("run_id");

-- CreateIndex
CREATE INDEX "iteration_granted_at_idx" ON "iteration"("granted_at");

-- CreateIndex
CREATE INDEX "model_call_started_at_idx" ON "model_call"("started_at");

-- CreateIndex
CREATE INDEX "model_call_run_id_idx" ON "model_call"("run_id");

-- CreateIndex
CREATE INDEX "event_chunk_at_idx" ON "event_chunk"("at");

-- CreateIndex
CREATE INDEX "lease_run_id_idx" ON "lease"("run_id");

-- CreateIndex
CREATE INDEX "lease_conflict_run_id_idx" ON "lease_conflict"("run_id");

-- CreateIndex
CREATE INDEX "lease_conflict_holder_run_id_idx" ON "lease_conflict"("holder_run_id");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_dedupe_key_key" ON "outbox"("dedupe_key");

-- CreateIndex
CREATE INDEX "outbox_state_next_at_idx" ON "outbox"("state", "next_at");

-- CreateIndex
CREATE INDEX "outbox_work_item_id_idx" ON "outbox"("work_item_id");

-- CreateIndex
CREATE INDEX "audit_work_item_id_id_idx" ON "audit"("work_item_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "learning_dedupe_key_key" ON "learning"("dedupe_key");

-- CreateIndex
CREATE INDEX "learning_repo_state_idx" ON "learning"("repo", "state");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_name_key" ON "api_token"("name");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_hash_key" ON "api_token"("hash");

-- AddForeignKey
ALTER TABLE "work_item_block" ADD CONSTRAINT "work_item_block_blocked_id_fkey" FOREIGN KEY ("blocked_id") REFERENCES "work_item"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "work_item_block" ADD CONSTRAINT "work_item_block_blocker_id_fkey" FOREIGN KEY ("blocker_id") REFERENCES "work_item"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run" ADD CONSTRAINT "run_work_item_id_fkey" FOREIGN KEY ("work_item_id") REFERENCES "work_item"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "worker_token" ADD CONSTRAINT "worker_token_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "iteration" ADD CONSTRAINT "iteration_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;


