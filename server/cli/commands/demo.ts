import { ensureDemoRepository } from '../../adapters/demo-repository.ts';
import { DEMO } from '../../domain/demo.ts';
import { createWorkItem } from '../../services/work/create-work-item.ts';
import { dataDirOf, withContext } from '../context.ts';
import { readState } from '../start/state.ts';

/** Submits the demo's work item and says where to watch it. */
export async function demo(): Promise<void> {
  await withContext(async (ctx, env) => {
    const repo = await ensureDemoRepository(dataDirOf(env));
    const { item } = await createWorkItem(ctx, { ...DEMO, source: 'demo', repo });
    process.stdout.write(`Submitted the demo. Watch it at ${readState(env).url ?? env.appUrl}/work/${item.id}\n`);
  });
}
