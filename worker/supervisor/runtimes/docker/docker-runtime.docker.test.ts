import { execFile } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { BARE_BASE, ensureDebootstrapBase, ensureDockerEngine } from '../../../../e2e/docker-setup.ts';
import { newId } from '../../../../server/db/ids.ts';
import type { WorkerRuntime, WorkerStart } from '../worker-runtime.ts';
import { connectDocker } from './connect-docker.ts';
import { createDockerRuntime, type DockerRuntime } from './docker-runtime.ts';
import { detectDocker, type DockerEngine } from './engine.ts';
import { ensureWorkerImage, imageId, type WorkerImageOptions } from './image/worker-image.ts';
import { removeChains } from '../../../../server/cli/doctor/firewall-chains.ts';
import { createBridgeWay } from './way/bridge-way.ts';
import { createJoinedWay, createOwnMember } from './way/joined-way.ts';
import { createRelay } from './way/relay.ts';
import { bridgeName } from './way/way.ts';

const run = promisify(execFile);
const docker = async (...args: string[]) => (await run('docker', args, { maxBuffer: 64 * 1024 * 1024 })).stdout;
const BUNDLER = join(import.meta.dirname, '../../../ralph/bundle.mjs');
const CA = process.env.NODE_EXTRA_CA_CERTS ? readFileSync(process.env.NODE_EXTRA_CA_CERTS, 'utf8') : '';
const TOKEN = 'fwr_of-this-test';
const ownerOf = (id: string, dataDir = `/tmp/of-${id}`) => ({ id, dataDir, host: 'this-machine' });
const owner = newId();

let dir: string;
let build: WorkerImageOptions;
let engine: DockerEngine;
let runtime: DockerRuntime;
let gateway: Server;
let gatewayUrl: string;
let image: string;
const signal = new AbortController().signal;

async function until<T>(what: string, probe: () => Promise<T | null | false>, boundMs = 60_000): Promise<T> {
  for (const end = Date.now() + boundMs; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const found = await probe();
    if (found !== null && found !== false) return found;
    if (Date.now() > end) throw new Error(`waited for ${what}`);
  }
}

async function listen(host: string): Promise<{ server: Server; port: number }> {
  const server = createServer((_request, response) => response.end('gateway'));
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port };
}

async function prepared(of: WorkerRuntime) {
  const seen = new Set<string>();
  const readiness = await until(
    'a ready runtime, or a fault that is none of its steps',
    async () => {
      const answer = await of.prepare(signal);
      if (answer.ready) return answer;
      seen.add(answer.reason);
      if (!/^(the worker image is looked for|building the worker image|looking whether)/.test(answer.reason)) throw new Error(answer.reason);
      return null;
    },
    300_000,
  );
  return { readiness, seen };
}

/** An image that derives from the worker image, with a script in place of Ralph's program. */
async function derived(name: string, script: string): Promise<string> {
  const context = mkdtempSync(join(tmpdir(), 'factory-derived-'));
  writeFileSync(join(context, 'ralph'), `#!/bin/sh\n[ "$1" = --help ] && exit 0\n${script}\n`, { mode: 0o755 });
  writeFileSync(join(context, 'Dockerfile'), `FROM ${image}\nCOPY ralph /opt/ai-factory/bin/ralph\n`);
  const tag = `ai-factory-test:${name}-${owner}`;
  await run('docker', ['build', '-q', '-t', tag, context], { env: { ...process.env, DOCKER_BUILDKIT: '0' } });
  rmSync(context, { recursive: true });
  return tag;
}

const begin = (on: WorkerRuntime, more: Partial<WorkerStart>, url = gatewayUrl, ready: Promise<unknown> = Promise.resolve()) =>
  on.start({ runId: newId(), workItemId: newId(), role: 'worker', token: TOKEN, gatewayUrl: url, image: null, agent: 'demo', ...more }, { ready, signal });

const inside = async (ref: string, ...command: string[]): Promise<{ code: number; out: string }> =>
  run('docker', ['exec', ref, ...command]).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, out: error.stdout + error.stderr }),
  );

/** Can the container connect there? */
const connects = async (ref: string, host: string, port: number) => {
  const script = `const s=require('net').connect({host:${JSON.stringify(host)},port:${port},timeout:1500});s.on('connect',()=>process.exit(0)).on('timeout',()=>process.exit(1)).on('error',()=>process.exit(1))`;
  return (await inside(ref, '/opt/ai-factory/node/bin/node', '-e', script)).code === 0;
};

const ended = (ref: string) =>
  until('its end', async () => {
    const state = await runtime.inspect(ref);
    return state.state === 'exited' ? state : null;
  });

beforeAll(async () => {
  await ensureDockerEngine();
  await ensureDebootstrapBase();
  dir = mkdtempSync(join(tmpdir(), 'factory-docker-'));
  build = { dataDir: dir, base: BARE_BASE, ca: CA, bundle: (out) => run(process.execPath, [BUNDLER, out]), host: process.env };
  const answer = await connectDocker({ owner: ownerOf(owner), hostname: 'this-machine', workerImage: null, build });
  if (answer.kind === 'none') throw new Error(answer.reason);
  runtime = answer.runtime;
  const found = await detectDocker();
  if (found.kind === 'none') throw new Error(found.reason);
  engine = found.engine;
  const bound = await listen(await runtime.gatewayHost());
  gateway = bound.server;
  gatewayUrl = runtime.gatewayUrl(bound.port);
  const { readiness } = await prepared(runtime);
  expect(readiness).toEqual({ ready: true });
  image = await ensureWorkerImage(engine, build, { owner, onStep: (step) => expect(step).toBe('bundling Ralph'), signal });
});

afterAll(async () => {
  await runtime?.dispose();
  gateway?.close();
  const tags = (await docker('image', 'ls', 'ai-factory-test', '--format', '{{.Repository}}:{{.Tag}}')).split('\n').filter((tag) => tag.endsWith(owner));
  if (tags.length > 0) await docker('image', 'rm', '-f', ...tags);
  rmSync(dir, { recursive: true, force: true });
});

test('a worker that must not start leaves nothing behind', async () => {
  const runId = newId();
  const refused = Promise.reject(new Error('git: no such repository'));
  refused.catch(() => undefined);
  await expect(begin(runtime, { runId }, gatewayUrl, refused)).rejects.toThrow('git: no such repository');
  expect((await runtime.list()).filter((worker) => worker.runId === runId)).toEqual([]);
});

describe('whose it is', () => {
  const labelsOf = async (kind: 'container' | 'network' | 'volume', name: string) =>
    JSON.parse(await docker(kind, 'inspect', '-f', kind === 'container' ? '{{json .Config.Labels}}' : '{{json .Labels}}', name)) as Record<string, string>;

  it('is told by the labels of a worker, its workspace and its network', async () => {
    const { ref } = await begin(runtime, { image: await derived('labelled', 'exec sleep 600') });
    const network = (await docker('inspect', '-f', '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}', ref)).trim();
    const whose = { 'ai-factory.owner': owner, 'ai-factory.data-dir': `/tmp/of-${owner}`, 'ai-factory.host': 'this-machine' };
    expect(await labelsOf('container', ref)).toMatchObject(whose);
    expect(await labelsOf('volume', ref)).toMatchObject(whose);
    expect(await labelsOf('network', network)).toEqual(whose);
    await runtime.remove(ref, { keepWorkspace: false });
  });

  it('is told anew after DATA_DIR moved, once nobody is on the network', async () => {
    const id = newId();
    const before = createBridgeWay(engine, ownerOf(id, '/tmp/before'));
    const after = createBridgeWay(engine, ownerOf(id, '/tmp/after'));
    try {
      await before.bindHost();
      const network = await before.open('any');
      const guest = (await docker('run', '-d', '--rm', '--network', network, '--entrypoint', 'sleep', image, '600')).trim();
      const address = await after.bindHost();
      expect(await labelsOf('network', network)).toMatchObject({ 'ai-factory.data-dir': '/tmp/before' });
      expect(await before.bindHost()).toBe(address);
      await docker('rm', '-f', guest);
      await after.bindHost();
      expect(await labelsOf('network', network)).toMatchObject({ 'ai-factory.owner': id, 'ai-factory.data-dir': '/tmp/after' });
    } finally {
      await after.dispose(null);
    }
  });
});

describe('the host’s firewall', () => {
  it('is rid by the doctor of the chains whose network is gone, and of no other', async () => {
    const id = newId();
    const way = createBridgeWay(engine, ownerOf(id));
    await way.bindHost();
    expect(await way.prepare({ image, port: 7070, signal })).toEqual([]);
    const sweep = () => removeChains(engine.docker, { dataDir: dir, workerImage: image });
    const chain = (of: string) => bridgeName(of).toUpperCase();
    expect(await sweep()).not.toContain(chain(id));
    await docker('network', 'rm', await way.open('any'));
    const removed = await sweep();
    expect(removed).toContain(chain(id));
    expect(removed).not.toContain(chain(owner));
    expect(await sweep()).not.toContain(chain(id));
  });
});

describe('the worker image', () => {
  it('holds the pinned Claude Code CLI, git and Ralph on a base without Node', async () => {
    const said = async (...command: string[]) => docker('run', '--rm', '--network', 'none', '--entrypoint', command[0] ?? '', image, ...command.slice(1));
    expect(await said('claude', '--version')).toMatch(/^2\.1\.330 /);
    expect(await said('git', '--version')).toMatch(/^git version/);
    expect(await said('ralph', '--help')).toContain('ralph verify');
    expect(await said('npm', '--version')).toMatch(/^\d+\./);
    expect((await said('id', '-u')).trim()).toBe('1000');
  });

  it('tells of a base that cannot be had in the words of the engine', async () => {
    const other = await createDockerRuntime({
      engine,
      way: createJoinedWay(engine, ownerOf(newId()), createOwnMember('none')),
      owner: ownerOf(newId()),
      workerImage: null,
      build: { ...build, base: 'no-such-base.invalid/x:1' },
    });
    const reason = await until('the refusal', async () => {
      const readiness = await other.prepare(signal);
      return !readiness.ready && readiness.reason.includes('cannot be had') ? readiness.reason : null;
    });
    expect(reason).toMatch(/no such host|no-such-base/);
  });
});

describe('worker images of earlier versions', () => {
  it('are removed but for the newest one and for those that a container is of; nobody else’s are', { timeout: 300_000 }, async () => {
    const [mine, other] = [newId(), newId()];
    const made: string[] = [];
    /** An image as a supervisor of an earlier version built it, all but its contents. */
    const leave = async (
      builtBy: string,
      tag = newId()
        .replace(/./g, (letter) => (letter.charCodeAt(0) % 16).toString(16))
        .padEnd(16, '0'),
    ) => {
      const context = mkdtempSync(join(tmpdir(), 'factory-old-image-'));
      writeFileSync(join(context, 'Dockerfile'), `FROM ${BARE_BASE}\nENV OF=${newId()}\nLABEL ai-factory.built-by=${builtBy}\n`);
      const name = `ai-factory-worker:${tag}`;
      await run('docker', ['build', '-q', '-t', name, context], { env: { ...process.env, DOCKER_BUILDKIT: '0' } });
      rmSync(context, { recursive: true });
      await new Promise((resolve) => setTimeout(resolve, 1_100)); // the engine tells their age in seconds
      made.push(name);
      return name;
    };
    const used = await leave(mine);
    const container = (await docker('create', '--entrypoint', 'true', used)).trim();
    const old = await leave(mine);
    const kept = [await leave(other), await leave(mine, `of-a-person-${mine}`), await leave(mine), used];
    const bundle = async (out: string) => {
      await run(process.execPath, [BUNDLER, out]);
      appendFileSync(out, `\n// ${mine}\n`);
    };
    const later = await connectDocker({ owner: ownerOf(mine), hostname: 'this-machine', workerImage: null, build: { ...build, bundle } });
    if (later.kind === 'none') throw new Error(later.reason);
    const { server, port } = await listen(await later.runtime.gatewayHost());
    later.runtime.gatewayUrl(port);
    try {
      await prepared(later.runtime);
      const current = await ensureWorkerImage(engine, { ...build, bundle }, { owner: mine, onStep: () => undefined, signal });
      made.push(current);
      await until('the old image to be gone', async () => (await imageId(engine.docker, old)) === null);
      for (const name of [...kept, current]) expect(await imageId(engine.docker, name)).not.toBeNull();
      expect(await docker('image', 'inspect', '-f', '{{index .Config.Labels "ai-factory.built-by"}}', current)).toBe(`${mine}\n`);
    } finally {
      await later.runtime.dispose();
      server.close();
      await docker('rm', '-f', container);
      for (const name of made) if (await imageId(engine.docker, name)) await docker('image', 'rm', name);
    }
  });
});

describe('a worker', () => {
  it('is shut in: nothing to write, no rights, no host, no neighbour, no name service; the gateway alone answers', async () => {
    const sleeper = await derived('sleep', 'exec sleep 600');
    const neighbour = await begin(runtime, {
      image: await derived('serve', `exec /opt/ai-factory/node/bin/node -e "require('http').createServer((q,s)=>s.end('x')).listen(8099)"`),
    });
    const { ref } = await begin(runtime, { image: sleeper });
    expect(await runtime.inspect(ref)).toEqual({ state: 'running' });

    expect((await inside(ref, 'id', '-u')).out.trim()).toBe('1000');
    expect((await inside(ref, 'grep', '-E', '^Cap(Prm|Eff|Bnd|Amb)', '/proc/self/status')).out.replace(/\D*:\s*/g, '').trim()).toMatch(/^(0{16}\s*)+$/);
    expect((await inside(ref, 'grep', 'NoNewPrivs', '/proc/self/status')).out).toMatch(/1$/m);
    // As root of the container too: it owns these folders.
    for (const path of ['/x', '/etc/x', '/opt/ai-factory/x', '/var/x']) {
      const { stderr } = await run('docker', ['exec', '-u', '0', ref, 'sh', '-c', `echo > ${path}`]).catch((error: { stderr: string }) => error);
      expect(stderr).toContain('Read-only file system');
    }
    for (const path of ['/tmp/x', '/workspace/x', '/home/worker/x']) expect(await inside(ref, 'sh', '-c', `echo > ${path}`)).toEqual({ code: 0, out: '' });
    expect((await inside(ref, 'sh', '-c', 'ls /var/run/docker.sock')).code).not.toBe(0);

    const { hostname, port } = new URL(gatewayUrl);
    expect(await connects(ref, hostname, Number(port))).toBe(true);
    const other = await listen('0.0.0.0');
    const neighbourIp = (await docker('inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', neighbour.ref)).trim();
    await until('the neighbour to listen', async () => connects(neighbour.ref, '127.0.0.1', 8099));
    expect(await connects(ref, hostname, other.port)).toBe(false);
    expect(await connects(ref, '172.17.0.1', other.port)).toBe(false);
    expect(await connects(ref, neighbourIp, 8099)).toBe(false);
    // Whether the outside can be reached here differs by machine, and other bridges are shut by the engine anyway: the engine is asked.
    const networks = (await docker('inspect', '-f', '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}', ref)).trim().split(' ');
    expect(networks).toHaveLength(1);
    expect((await docker('network', 'inspect', '-f', '{{.Internal}}', ...networks)).trim()).toBe('true');
    expect((await inside(ref, 'getent', 'hosts', 'example.com')).code).not.toBe(0);
    other.server.close();
    for (const started of [ref, neighbour.ref]) await runtime.remove(started, { keepWorkspace: false });
  });

  it('has nothing in its environment but its run', async () => {
    const { ref } = await begin(runtime, { image: await derived('env', 'env; ls -la /workspace/.ca 2>/dev/null; exit 0') });
    await ended(ref);
    const names = [...(await runtime.tail(ref, 100)).matchAll(/^([A-Za-z_]+)=/gm)].map(([, name]) => name ?? '');
    const allowed =
      /^(PATH|HOME|HOSTNAME|PWD|LANG|DISABLE_AUTOUPDATER|FACTORY_(URL|RUN_ID|TOKEN|ROLE|WORKSPACE)|(https?|no)_proxy|HTTPS?_PROXY|NO_PROXY|npm_config_\w+|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|GIT_SSL_CAINFO|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE)$/;
    expect(names.filter((name) => !allowed.test(name))).toEqual([]);
    expect(names).toContain('FACTORY_TOKEN');
    const { Mounts } = JSON.parse(await docker('inspect', '-f', '{"Mounts":{{json .Mounts}}}', ref)) as {
      Mounts: Array<{ Type: string; Destination: string }>;
    };
    expect(Mounts.filter(({ Type }) => Type !== 'tmpfs').map(({ Destination }) => Destination)).toEqual(['/workspace']);
    await runtime.remove(ref, { keepWorkspace: false });
  });

  it('is found again with its exit code and its last words, and leaves nothing behind', async () => {
    const runId = newId();
    const { ref } = await begin(runtime, { runId, role: 'verifier', image: await derived('exit', 'echo "as $1"; echo to stderr >&2; exit 7') });
    expect(await ended(ref)).toEqual({ state: 'exited', exitCode: 7, oomKilled: false });
    expect((await runtime.list()).find((seen) => seen.ref === ref)).toEqual({ ref, runId, role: 'verifier', running: false });
    expect(await runtime.tail(ref, 100)).toMatch(/^(as verify\nto stderr|to stderr\nas verify)$/);
    await runtime.remove(ref, { keepWorkspace: true });
    expect(await docker('volume', 'ls', '-q', '--filter', `name=${ref}`)).toContain(ref);
    await runtime.remove(ref, { keepWorkspace: false });
    expect(await runtime.inspect(ref)).toEqual({ state: 'gone' });
    expect((await runtime.list()).filter((seen) => seen.runId === runId)).toEqual([]);
    expect(await docker('volume', 'ls', '-q', '--filter', `name=${ref}`)).toBe('');
  });

  it('ends by SIGTERM within its grace, by SIGKILL after it', async () => {
    const kind = await begin(runtime, { image: await derived('kind', 'trap "exit 5" TERM; while true; do sleep 0.1; done') });
    const deaf = await begin(runtime, { image: await derived('deaf', 'trap "" TERM; while true; do sleep 0.1; done') });
    await runtime.stop(kind.ref, { graceMs: 10_000 });
    await runtime.stop(deaf.ref, { graceMs: 1_000 });
    expect(await runtime.inspect(kind.ref)).toEqual({ state: 'exited', exitCode: 5, oomKilled: false });
    expect(await runtime.inspect(deaf.ref)).toEqual({ state: 'exited', exitCode: 137, oomKilled: false });
    await runtime.stop(kind.ref, { graceMs: 0 });
    for (const { ref } of [kind, deaf]) await runtime.remove(ref, { keepWorkspace: false });
  });

  it('is asked what it uses of CPU and memory', async () => {
    const busy = await derived('busy', 'while :; do :; done');
    const { ref } = await begin(runtime, { image: busy });
    const first = await until('its first figures', () => runtime.usage(ref));
    expect(first.memoryBytes).toBeGreaterThan(0);
    await until('more CPU', async () => ((await runtime.usage(ref))?.cpuSeconds ?? 0) > first.cpuSeconds);
    await runtime.remove(ref, { keepWorkspace: false });
    expect(await runtime.usage(ref)).toBeNull();
  });

  it('that the kernel killed for its memory says so', async () => {
    const hungry = await derived('hungry', `exec /opt/ai-factory/node/bin/node -e "const a=[];for(;;)a.push(Buffer.alloc(1e7,1))"`);
    const { ref } = await begin(runtime, { image: hungry });
    await run('docker', ['update', '--memory', '64m', '--memory-swap', '64m', ref]).catch(() => undefined);
    expect(await ended(ref)).toEqual({ state: 'exited', exitCode: 137, oomKilled: true });
    await runtime.remove(ref, { keepWorkspace: false });
  });

  it('of an image that is not there, or is no worker image, is refused in the words of the engine', async () => {
    await expect(begin(runtime, { image: 'no-such-image.invalid/x:1' })).rejects.toMatchObject({
      name: 'RuntimeError',
      kind: 'image',
      message: expect.stringMatching(/no-such-image/) as string,
    });
    await expect(begin(runtime, { image: BARE_BASE })).rejects.toMatchObject({
      name: 'RuntimeError',
      kind: 'image',
      message: expect.stringMatching(/ralph/) as string,
    });
  });
});

describe('where the bridges are not this machine’s own', () => {
  it('a relay leads to the gateway, and to nothing else', async () => {
    const other = newId();
    const bridge = (await docker('network', 'inspect', 'bridge', '-f', '{{(index .IPAM.Config 0).Gateway}}')).trim();
    const way = createJoinedWay(engine, ownerOf(other), createRelay(engine, ownerOf(other), bridge));
    const relayed = await createDockerRuntime({ engine, way, owner: ownerOf(other), workerImage: image, build });
    const { server, port } = await listen(await relayed.gatewayHost());
    try {
      const url = relayed.gatewayUrl(port);
      expect(url).toBe(`http://gateway:${port}`);
      await until('a ready runtime', async () => (await relayed.prepare(signal)).ready);
      const serving = await derived('relayed', `exec /opt/ai-factory/node/bin/node -e "require('http').createServer((q,s)=>s.end('x')).listen(8099)"`);
      const [{ ref }, neighbour] = await Promise.all([begin(relayed, { image: serving }, url), begin(relayed, { image: serving }, url)]);
      const address = (await docker('inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', neighbour.ref)).trim();
      await until('the neighbour to listen', async () => connects(neighbour.ref, address, 8099));
      expect(await connects(ref, 'gateway', port)).toBe(true);
      expect(await connects(ref, bridge, port)).toBe(false);
      expect(await connects(ref, address, 8099)).toBe(false);
      expect(await connects(ref, '172.17.0.1', port)).toBe(false);
      expect((await inside(ref, 'getent', 'hosts', neighbour.ref)).code).not.toBe(0);
      for (const started of [ref, neighbour.ref]) await relayed.remove(started, { keepWorkspace: false });
      expect(await docker('network', 'ls', '-q', '--filter', `name=${ref}`)).toBe('');
    } finally {
      await relayed.dispose();
      server.close();
    }
    expect(await docker('ps', '-aq', '--filter', `label=ai-factory.owner=${other}`)).toBe('');
  });
});
