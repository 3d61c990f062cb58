import type { Priority } from '../../contracts/rest.ts';

const ORDER: Record<Priority, number> = { critical: 30, high: 20, medium: 10, low: 0 };

/** pg-boss gives higher numbers first. */
export function queuePriority(priority: Priority): number {
  return ORDER[priority];
}
