import type { Suggestion } from '../../../server/contracts/supervisor-requests.ts';
import { suggestCommands, TELLING_FILES } from '../../../server/domain/settings/suggest-commands.ts';
import { git } from '../git.ts';
import { bringBase, type RepositoryDeps } from './bring-base.ts';

const TEXT_MAX_BYTES = 512 * 1024;

/** Looks into the files of the base branch, as the mirror has them, for the commands that check the project. */
export async function answerRepository(deps: RepositoryDeps, { name }: { name: string }): Promise<Suggestion> {
  const { base, at } = await bringBase(deps, name);
  const { host, path, commit } = at;
  const listed = await git({ host, gitDir: path, args: ['ls-tree', '--name-only', '-z', '--end-of-options', commit] });
  const files = listed.stdout.split('\0').filter(Boolean);
  const texts: Record<string, string> = {};
  for (const file of TELLING_FILES) {
    if (!files.includes(file)) continue;
    const shown = await git({ host, gitDir: path, args: ['cat-file', 'blob', `${commit}:${file}`], maxBytes: TEXT_MAX_BYTES });
    if (shown.code === 0) texts[file] = shown.stdout;
  }
  return { ...suggestCommands(files, texts), baseBranch: base.branch };
}
