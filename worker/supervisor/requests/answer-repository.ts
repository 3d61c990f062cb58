import type { Suggestion } from '../../../server/contracts/supervisor-requests.ts';
import { parseRepository } from '../../../server/domain/repository.ts';
import { suggestCommands, TELLING_FILES } from '../../../server/domain/suggest-commands.ts';
import { git } from '../git.ts';
import { judgeLearningFiles } from '../loops/learning-files.ts';
import type { SupervisorDeps } from '../loops/supervisor-deps.ts';
import { ensureBase } from '../mirrors.ts';

const TEXT_MAX_BYTES = 512 * 1024;

export type RepositoryDeps = Pick<SupervisorDeps, 'ctx' | 'mirrors' | 'log'>;

/** Looks into the files of the base branch, as the mirror has them, for the commands that check the project. */
export async function answerRepository(deps: RepositoryDeps, { name }: { name: string }): Promise<Suggestion> {
  const { ctx, mirrors } = deps;
  const { cloneUrl } = parseRepository(name, ctx.config);
  const row = await ctx.db.repositorySettings.findUnique({ where: { name }, select: { baseBranch: true } });
  const { path, ...base } = await ensureBase(mirrors, { cloneUrl, baseBranch: row?.baseBranch ?? null });
  const { branch, commit } = base;
  await judgeLearningFiles(deps, { repo: name, cloneUrl, base });
  const { host } = mirrors;
  const listed = await git({ host, gitDir: path, args: ['ls-tree', '--name-only', '-z', '--end-of-options', commit] });
  const files = listed.stdout.split('\0').filter(Boolean);
  const texts: Record<string, string> = {};
  for (const file of TELLING_FILES) {
    if (!files.includes(file)) continue;
    const shown = await git({ host, gitDir: path, args: ['cat-file', 'blob', `${commit}:${file}`], maxBytes: TEXT_MAX_BYTES });
    if (shown.code === 0) texts[file] = shown.stdout;
  }
  return { ...suggestCommands(files, texts), baseBranch: branch };
}
