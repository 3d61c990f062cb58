-- Who works for a repository: claude | command | demo; NULL: whom its supervisor chooses.
ALTER TABLE "repository" ADD COLUMN "agent" TEXT;
