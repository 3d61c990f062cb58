import { z } from 'zod';
import type { WorkerUsage } from '../worker-runtime.ts';

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerStats; cgroup v1 and v2 name the page cache differently. */
const statsSchema = z.object({
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number() }) }),
  memory_stats: z.object({
    usage: z.number().optional(),
    stats: z.object({ inactive_file: z.number().optional(), total_inactive_file: z.number().optional() }).optional(),
  }),
});

/** The engine's figures of one container; null for one that has ended. The page cache is not counted: the kernel takes it back. */
export function readStats(answer: unknown): WorkerUsage | null {
  const { cpu_stats, memory_stats } = statsSchema.parse(answer);
  if (memory_stats.usage === undefined) return null;
  const cache = memory_stats.stats?.inactive_file ?? memory_stats.stats?.total_inactive_file ?? 0;
  return { cpuSeconds: cpu_stats.cpu_usage.total_usage / 1e9, memoryBytes: Math.max(0, memory_stats.usage - cache) };
}
