import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBareRepository, git } from '../../e2e/repository.ts';
import { ensureRunRef, type MirrorDeps, RemoteAway } from './mirrors.ts';

let dataDir: string;
let deps: MirrorDeps;
/** Answers a path by what it says: nothing at all, or a status. */
let server: Server;
let home: string;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'factory-mirrors-'));
  deps = { dataDir, host: { PATH: process.env.PATH }, githubServerUrl: 'https://github.test', githubToken: null, localMode: true, askTimeoutMs: 20_000 };
  server = createServer((request, response) => {
    const status = Number(/\d{3}/.exec(request.url ?? '')?.[0]);
    if (status) response.writeHead(status).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  home = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const start = (cloneUrl: string, over: Partial<MirrorDeps> = {}) =>
  ensureRunRef({ ...deps, ...over }, { item: { cloneUrl, baseBranch: null, baseCommit: null, headCommit: null }, run: { branch: 'ai-factory/one' } });
const failure = (started: Promise<unknown>) => started.then(() => 'none', (error: unknown) => error); // prettier-ignore

test('a server that takes a question and never answers is away, as is one that is out of order or closed', async () => {
  for (const [url, words] of [
    [`${home}/silent.git`, /cannot be reached: .*took longer than/],
    [`${home}/503.git`, /cannot be reached: .*503/],
    ['http://127.0.0.1:1/closed.git', /cannot be reached: /],
  ] as const) {
    const error = await failure(start(url, url.includes('silent') ? { askTimeoutMs: 500 } : {}));
    expect(error).toBeInstanceOf(RemoteAway);
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringMatching(words) as string });
  }
});

test('one that answers that there is no such repository, or that we may not, is there: a person has to look', async () => {
  for (const url of [`${home}/404.git`, `${home}/403.git`, join(dataDir, 'nothing.git')]) {
    const error = await failure(start(url));
    expect(error).not.toBeInstanceOf(RemoteAway);
    expect(error).toMatchObject({ code: 'bad_request', message: expect.stringMatching(/^git: /) as string });
  }
});

test('a repository that is there gives its base, and the run’s ref stands on it', async () => {
  const repository = createBareRepository();
  const main = git(repository, 'rev-parse', 'main');
  expect(await start(repository)).toEqual({ startCommit: main, baseCommit: main, base: { branch: 'main', commit: main, isDefault: true } });
});
