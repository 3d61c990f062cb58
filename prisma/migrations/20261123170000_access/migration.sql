-- Who may do what: roles of people, scopes of tokens, and where an act came from.
ALTER TABLE "user" ADD COLUMN "github_id" TEXT,
  ADD COLUMN "role" TEXT NOT NULL DEFAULT 'viewer',
  ADD COLUMN "seen_at" TIMESTAMPTZ(3),
  ADD COLUMN "removed_at" TIMESTAMPTZ(3);
-- Until now there was one person only: the one at this machine.
UPDATE "user" SET "role" = 'admin';
CREATE UNIQUE INDEX "user_github_id_key" ON "user"("github_id");

CREATE INDEX "session_user_id_idx" ON "session"("user_id");

ALTER TABLE "api_token" ADD COLUMN "scope" TEXT NOT NULL DEFAULT 'submit',
  ADD COLUMN "maker_id" TEXT;
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_maker_id_fkey" FOREIGN KEY ("maker_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "login_link" ADD COLUMN "made_by" TEXT NOT NULL DEFAULT 'start';

ALTER TABLE "audit" ADD COLUMN "from_where" TEXT;
CREATE INDEX "audit_actor_id_idx" ON "audit"("actor", "id");
CREATE INDEX "audit_action_id_idx" ON "audit"("action", "id");
