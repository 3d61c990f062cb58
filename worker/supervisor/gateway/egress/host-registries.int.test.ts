import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEgressRules } from './host-registries.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'factory-home-'));
  writeFileSync(join(home, '.npmrc'), 'registry=http://npm.test:4873/\n@team:registry=https://team.test/npm/\n');
  mkdirSync(join(home, '.cargo'));
  writeFileSync(join(home, '.cargo', 'config.toml'), '[registries.mine]\nindex = "sparse+https://crates.test/index/"\n');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('the registries that the host’s package managers are configured for are allowed, and EGRESS_ALLOW adds', async () => {
  const host = { PATH: process.env.PATH, HOME: home, GOPROXY: 'https://go.test/mod,direct' };
  const rules = await readEgressRules({ host, allow: ['*.extra.test'] });
  expect(rules).toEqual(
    expect.arrayContaining([
      { kind: 'registry', host: 'npm.test', port: 4873 },
      { kind: 'registry', host: 'team.test', port: 443 },
      { kind: 'registry', host: 'crates.test', port: 443 },
      { kind: 'registry', host: 'go.test', port: 443 },
      { kind: 'operator', host: 'extra.test', port: null, suffix: true },
    ]),
  );
});

test('a wrong entry is said by its variable', async () => {
  await expect(readEgressRules({ host: {}, allow: ['https://x.test'] })).rejects.toThrow(/EGRESS_ALLOW: https:\/\/x\.test is not a host/);
});
