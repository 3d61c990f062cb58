import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A mirror is the factory's own and bare; still, nothing that its configuration names is run, and whoever owns it. */
const git = (mirror: string, ...args: string[]) =>
  run('git', ['-c', 'safe.directory=*', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '--git-dir', mirror, ...args], { timeout: 30_000 });

/** Branches that the mirrors in this DATA_DIR hold for work items. A mirror that cannot be read has none. */
export async function listMirrorBranches(dataDir: string): Promise<{ mirror: string; ref: string }[]> {
  const folder = join(dataDir, 'mirrors');
  const mirrors = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.git')) : [];
  const found = await Promise.all(
    mirrors.map(async (name) => {
      const mirror = join(folder, name);
      const { stdout } = await git(mirror, 'for-each-ref', '--format=%(refname)', 'refs/heads/ai-factory/').catch(() => ({ stdout: '' }));
      return stdout.split('\n').flatMap((ref) => (ref === '' ? [] : [{ mirror, ref }]));
    }),
  );
  return found.flat();
}

/** Here alone: what was pushed to the repository itself stays there. */
export async function deleteMirrorBranch({ mirror, ref }: { mirror: string; ref: string }): Promise<void> {
  await git(mirror, 'update-ref', '-d', ref);
}
