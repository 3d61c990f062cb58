import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const GIT_ENV = {
  ...process.env,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@localhost',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@localhost',
};

/** Real git, away from the machine's own configuration. */
export function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, env: GIT_ENV, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** A bare repository with one commit of the files on `main`. */
export function createBareRepository(files: Record<string, string> = { 'README.md': '# Test\n' }): string {
  const root = mkdtempSync(join(tmpdir(), 'factory-repo-'));
  const work = join(root, 'work');
  mkdirSync(work);
  git(work, 'init', '-q', '-b', 'main');
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), content, { mode: content.startsWith('#!') ? 0o755 : 0o644 });
  }
  git(work, 'add', '-A');
  git(work, 'commit', '-qm', 'initial');
  const bare = join(root, 'repo.git');
  git(root, 'clone', '-q', '--bare', work, bare);
  return bare;
}

/** One more commit on a branch of a bare repository; null: the file is removed. */
export function commitFiles(bare: string, files: Record<string, string | null>, branch = 'main'): void {
  const work = mkdtempSync(join(tmpdir(), 'factory-commit-'));
  git(work, 'clone', '-q', '-b', branch, bare, '.');
  for (const [path, content] of Object.entries(files)) {
    if (content === null) {
      rmSync(join(work, path));
      continue;
    }
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), content);
  }
  git(work, 'add', '-A');
  git(work, 'commit', '-qm', 'a change upstream');
  git(work, 'push', '-q', 'origin', branch);
  rmSync(work, { recursive: true, force: true });
}

/** Branches of a bare repository but main. */
export function branches(bare: string): string[] {
  return git(bare, 'for-each-ref', '--format=%(refname:short)', 'refs/heads')
    .split('\n')
    .filter((name) => name && name !== 'main');
}
