-- Which link opened a session of the person at this machine: once people sign in with GitHub, only one that somebody asked for on the machine holds.
ALTER TABLE "session" ADD COLUMN "link" TEXT;
