import { createWorkItem } from '../../services/work/create-work-item.ts';
import { dataDirOf, withContext } from '../context.ts';
import { ensureDemoRepository } from '../../adapters/demo-repository.ts';
import { readState } from '../start/state.ts';

const SPEC = `# Demo: greet the world

This is a demo. Where no model credential is set a scripted agent does the work, not a model.

- [ ] Add a list of people to greet
- [ ] Greet each of them
- [ ] Say in the README how
`;

/** Submits the demo's work item and says where to watch it. */
export async function demo(): Promise<void> {
  await withContext(async (ctx, env) => {
    const repo = await ensureDemoRepository(dataDirOf(env));
    const { item } = await createWorkItem(ctx, { source: 'demo', repo, spec: SPEC, title: 'Demo: greet the world', verify: 'npm test', priority: 'high' });
    process.stdout.write(`Submitted the demo. Watch it at ${readState(env).url ?? env.appUrl}/work/${item.id}\n`);
  });
}
