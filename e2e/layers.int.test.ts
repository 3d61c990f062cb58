import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'factory-layers-'));
  for (const name of ['app', 'server', 'worker', 'e2e', 'tsconfig.json', 'package.json', '.dependency-cruiser.cjs']) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true, filter: (path) => !path.includes('/.out') });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** The same check as `npm run layers`, on a copy of the tree. */
function layers(): { status: number | null; output: string } {
  const args = ['app', 'server', 'worker', 'e2e', '--config', '.dependency-cruiser.cjs', '--output-type', 'err'];
  const done = spawnSync(process.execPath, [join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'), ...args], { cwd: copy, encoding: 'utf8' });
  return { status: done.status, output: done.stdout + done.stderr };
}

test('the tree keeps the law', () => {
  const { status, output } = layers();
  expect(output).toMatch(/no dependency violations found \(\d{3,} modules/);
  expect(status).toBe(0);
});

test.each([
  ['domain', 'server/domain/probe.ts', "import { createDb } from '../db/client.ts';\nexport const x = createDb;\n"],
  ['domain-is-pure', 'server/domain/probe.ts', "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;\n"],
  ['server-imports-neither-app-nor-worker', 'server/services/probe.ts', "import { ROOT } from '../../worker/ralph/args.ts';\nexport const x = ROOT;\n"],
  ['supervisor-renders-no-page', 'worker/supervisor/probe.ts', "import { createElement } from 'react';\nexport const x = createElement;\n"],
  [
    'client-components-load-no-schema',
    'app/components/probe.ts',
    "import { workItemSchema } from '../../server/contracts/rest.ts';\nexport const x = workItemSchema;\n",
  ],
  ['ralph-needs-no-package', 'worker/ralph/probe.ts', "import { z } from 'zod';\nexport const x = z;\n"],
  ['web-never-touches-docker', 'app/server/probe.ts', "import Docker from 'dockerode';\nexport const x = Docker;\n"],
])('a forbidden import is caught by “%s”', (rule, path, source) => {
  mkdirSync(dirname(join(copy, path)), { recursive: true });
  writeFileSync(join(copy, path), source);
  try {
    const { status, output } = layers();
    expect(output).toContain(`error ${rule}: ${path}`);
    expect(status).not.toBe(0);
  } finally {
    rmSync(join(copy, path));
  }
});
