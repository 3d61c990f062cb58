import type { ShownWorkItem, Task } from '../../../contracts/rest.ts';
import { parseSpec } from '../../../domain/specs/spec.ts';
import type { Ctx } from '../../context.ts';
import { getWorkItem } from './get-work-item.ts';

/** As many items as are looked at anew every few seconds keep what was read of their specs. */
const KEPT = 100;
const read = new Map<string, { spec: string; tasks: Task[] }>();

/** A work item with the tasks of its spec, for those who look at it anew every few seconds. @throws AppError not_found */
export async function getShownWorkItem(ctx: Ctx, { id }: { id: string }): Promise<ShownWorkItem> {
  const { spec, ...item } = await getWorkItem(ctx, { id });
  return { ...item, checklist: tasksOf(id, spec) };
}

/** Markdown is read when it has changed: a large spec takes a while. */
function tasksOf(id: string, spec: string): Task[] {
  const known = read.get(id);
  read.delete(id); // it goes to the end of the line
  const now = known?.spec === spec ? known : { spec, tasks: parseSpec(spec).tasks };
  read.set(id, now);
  for (const oldest of read.keys()) {
    if (read.size <= KEPT) break;
    read.delete(oldest);
  }
  return now.tasks;
}
