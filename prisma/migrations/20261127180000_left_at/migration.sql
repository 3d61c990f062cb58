-- When GitHub last said of somebody that he may not enter any more: until it says otherwise, the tokens that he made open nothing.
ALTER TABLE "user" ADD COLUMN "left_at" TIMESTAMPTZ(3);
