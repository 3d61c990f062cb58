-- What the engine last said of a worker's CPU and memory.
ALTER TABLE "run" ADD COLUMN "cpu_percent" DOUBLE PRECISION;
ALTER TABLE "run" ADD COLUMN "memory_bytes" DOUBLE PRECISION;
ALTER TABLE "run" ADD COLUMN "vitals_at" TIMESTAMPTZ(3);
