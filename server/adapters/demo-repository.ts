import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const FILES: Record<string, string> = {
  'README.md': '# Demo\n\nA small project for the demo of the AI Software Factory.\n',
  'package.json': `${JSON.stringify({ name: 'demo', version: '1.0.0', type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`,
  'greeting.js': 'export const greeting = (name) => `Hello, ${name}!`;\n',
  'greeting.test.js':
    "import assert from 'node:assert/strict';\nimport test from 'node:test';\nimport { greeting } from './greeting.js';\n\ntest('greets', () => assert.equal(greeting('you'), 'Hello, you!'));\n",
};

/** The demo's bare repository in DATA_DIR, made at the first need. @returns its path */
export async function ensureDemoRepository(dataDir: string): Promise<string> {
  const bare = join(dataDir, 'demo', 'repo.git');
  if (existsSync(join(bare, 'HEAD'))) return bare;
  mkdirSync(join(dataDir, 'demo'), { recursive: true });
  const work = await mkdtemp(join(dataDir, 'demo', 'work-'));
  const git = (...args: string[]) =>
    run('git', ['-c', 'user.name=AI Software Factory', '-c', 'user.email=factory@localhost', '-c', 'commit.gpgsign=false', ...args], {
      cwd: work,
      timeout: 30_000,
    });
  try {
    for (const [path, text] of Object.entries(FILES)) writeFileSync(join(work, path), text);
    await git('init', '-q', '-b', 'main');
    await git('add', '-A');
    await git('commit', '-q', '-m', 'A small project');
    await git('clone', '-q', '--bare', work, `${work}.git`);
    await rename(`${work}.git`, bare);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return bare;
}
