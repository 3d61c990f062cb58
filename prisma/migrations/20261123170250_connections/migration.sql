-- What only a supervisor can answer: asked by the web app, answered once.
CREATE TABLE "supervisor_request" (
    "id" TEXT NOT NULL,
    "supervisor_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "payload" JSONB NOT NULL DEFAULT '{}',
    "state" TEXT NOT NULL DEFAULT 'pending',
    "answer" JSONB,
    "error" TEXT,
    "asked_by" TEXT NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "answered_at" TIMESTAMPTZ(3),
    CONSTRAINT "supervisor_request_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "supervisor_request_supervisor_id_state_idx" ON "supervisor_request"("supervisor_id", "state");
CREATE INDEX "supervisor_request_kind_asked_at_idx" ON "supervisor_request"("kind", "asked_at");

-- Credentials are sealed to this key; the private half never leaves the supervisor's DATA_DIR.
ALTER TABLE "supervisor" ADD COLUMN "public_key" TEXT;
-- Which credentials it works with, and where they come from; never the credentials.
ALTER TABLE "supervisor" ADD COLUMN "credentials" JSONB;

CREATE TABLE "credential" (
    "kind" TEXT NOT NULL,
    "supervisor_id" TEXT NOT NULL,
    "form" TEXT NOT NULL,
    "sealed" TEXT NOT NULL,
    "set_by" TEXT NOT NULL,
    "set_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "credential_pkey" PRIMARY KEY ("kind", "supervisor_id")
);

CREATE TABLE "repository" (
    "name" TEXT NOT NULL,
    "clone_url" TEXT NOT NULL,
    "base_branch" TEXT,
    "image" TEXT,
    "setup" TEXT,
    "verify" TEXT,
    "test_env" JSONB NOT NULL DEFAULT '{}',
    "max_workers" INTEGER,
    "max_iterations" INTEGER,
    "max_usd" DOUBLE PRECISION,
    "egress_allow" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "repository_pkey" PRIMARY KEY ("name")
);
