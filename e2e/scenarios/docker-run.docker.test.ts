import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Status, WorkItemView } from '../../server/contracts/rest.ts';
import { BARE_BASE, ensureDebootstrapBase, ensureDockerEngine } from '../docker-setup.ts';
import { type Factory, startFactory, until } from '../factory.ts';
import { type GitHubStandIn, startGitHub } from '../stand-ins/github.ts';
import { type ScriptedModel, specScript, startScriptedModel } from '../stand-ins/model.ts';

const run = promisify(execFile);
const docker = async (...args: string[]) => (await run('docker', args, { maxBuffer: 32 * 1024 * 1024 })).stdout.trim();
const MODEL_KEY = 'sk-ant-test-key-that-no-container-may-see';
const HOLD = 'echo held && sleep 600';

let factory: Factory;
let github: GitHubStandIn;
let model: ScriptedModel;
let hostServer: Server;
let hostPort = 0;

beforeAll(async () => {
  await ensureDockerEngine();
  await ensureDebootstrapBase();
  github = await startGitHub({
    repos: [{ owner: 'acme', name: 'shop', files: { 'README.md': '# Shop\n', 'package.json': '{"name":"shop","version":"1.0.0"}\n' } }],
  });
  const script = specScript({
    command: (task) =>
      task.startsWith('Hold')
        ? HOLD
        : task.startsWith('Install')
          ? 'npm install is-number@7.0.0 && echo "$(ls node_modules)" >> DONE.md'
          : `echo '${task}' >> DONE.md`,
  });
  model = await startScriptedModel({ script });
  // Another service of this machine, on all its addresses: no worker may reach it.
  hostServer = createServer((_request, response) => response.end('a service of the host'));
  await new Promise<void>((resolve) => hostServer.listen(0, '0.0.0.0', resolve));
  const address = hostServer.address();
  hostPort = address && typeof address === 'object' ? address.port : 0;
  factory = await startFactory({
    env: {
      RUNTIME: 'docker',
      AGENT: 'claude',
      WORKER_BASE: BARE_BASE,
      ANTHROPIC_API_KEY: MODEL_KEY,
      ANTHROPIC_BASE_URL: model.url,
      GITHUB_TOKEN: github.token,
      GITHUB_API_URL: github.apiUrl,
      GITHUB_SERVER_URL: github.serverUrl,
    },
  });
}, 900_000);
afterAll(async () => {
  await factory?.stop();
  await model?.close();
  await github?.close();
  hostServer?.close();
});

async function submit(spec: string, verify: string): Promise<string> {
  const answer = await factory.api('/api/work', { method: 'POST', body: JSON.stringify({ repo: 'acme/shop', spec, verify }) });
  return ((await answer.json()) as WorkItemView).id;
}
const read = async (id: string) => (await (await factory.api(`/api/work/${id}`)).json()) as WorkItemView;
const settled = (id: string) =>
  until(
    'the item to end',
    async () => {
      const item = await read(id);
      return ['queued', 'running'].includes(item.state) ? undefined : item;
    },
    600_000,
  );
const containerOf = (runId: string) => docker('ps', '-q', '--filter', `label=ai-factory.run=${runId}`, '--filter', 'label=ai-factory.role=worker');

test('a sealed worker turns a spec into one verified pull request; a package installs through the proxy', { timeout: 900_000 }, async () => {
  const id = await submit('# Numbers\n\n- [ ] Install a package\n- [ ] Write it down', 'grep -q is-number DONE.md && grep -q "Write it down" DONE.md');
  const item = await settled(id);
  expect(item).toMatchObject({ state: 'in_review', verified: true, lastError: null });
  expect(item.runs.at(-1)).toMatchObject({ reason: 'verified', runtime: 'docker', isolated: true, agent: 'claude' });
  const pulls = await github.pulls('acme', 'shop');
  expect(pulls).toHaveLength(1);
  expect(pulls[0]).toMatchObject({ head: { ref: item.branch }, base: { ref: 'main' }, draft: false });
});

test('from inside: no secret, and nothing but the gateway can be reached', { timeout: 600_000 }, async () => {
  const ids = [await submit('- [ ] Hold one', 'true'), await submit('- [ ] Hold two', 'true')];
  const runs = await Promise.all(
    ids.map((id) =>
      until(
        'the worker to run its agent',
        async () => {
          const { runs: all } = await read(id);
          const log = await (await factory.api(`/api/work/${id}/events?after=0`)).text();
          return log.includes('agent.tool_use') ? all[0]?.id : undefined;
        },
        300_000,
      ),
    ),
  );
  const [one = '', two = ''] = await Promise.all(runs.map((runId) => containerOf(runId)));
  const inside = (script: string) =>
    docker('exec', one, 'sh', '-c', script).catch((error: { stdout?: string; stderr?: string }) => `failed ${error.stdout ?? ''}${error.stderr ?? ''}`);

  const image = await docker('inspect', '--format', '{{.Config.Image}}', one);
  const environment = await docker('inspect', '--format', '{{json .Config.Env}} {{json .HostConfig.Binds}} {{json .Mounts}}', one);
  const files = await inside('grep -rlsF -e "$0" /workspace /home /tmp /opt /etc 2>/dev/null || true'.replace('"$0"', `'${MODEL_KEY}' -e '${github.token}'`));
  for (const secret of [MODEL_KEY, github.token]) expect(environment).not.toContain(secret);
  expect(files).toBe('');
  expect(environment).not.toContain('docker.sock');
  expect(await inside('ls /var/run/docker.sock')).toContain('failed');

  const address = (await docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.Gateway}}{{end}}', two)).split(' ')[0] ?? '';
  const bridges = (await inside('ip route 2>/dev/null || cat /proc/net/route')) + (await inside('env | grep FACTORY_URL'));
  const gateway = /FACTORY_URL=http:\/\/([\d.]+):(\d+)/.exec(bridges);
  expect(gateway).not.toBeNull();
  const reach = (host: string, port: number) =>
    inside(
      `node -e "const s=require('net').connect({host:'${host}',port:${port}});s.setTimeout(3000,()=>{console.log('silent');process.exit()});s.on('connect',()=>{console.log('REACHED');process.exit()});s.on('error',e=>{console.log('refused',e.code);process.exit()})"`,
    );
  const node = await inside('command -v node || ls /opt/ai-factory/node/bin/node');
  expect(node).toContain('node');
  expect(await reach(gateway?.[1] ?? '', Number(gateway?.[2]))).toContain('REACHED');
  // The host's other services, its Postgres, another worker, and an address off the list.
  expect(await reach(gateway?.[1] ?? '', hostPort)).not.toContain('REACHED');
  const postgresPort = Number(new URL(factory.databaseUrl()).port);
  expect(await reach(gateway?.[1] ?? '', postgresPort)).not.toContain('REACHED');
  await docker('exec', '-d', two, 'sh', '-c', `node -e "require('net').createServer((s)=>s.end()).listen(7777,'0.0.0.0')"`);
  const self = `node -e "const s=require('net').connect({host:'127.0.0.1',port:7777});s.on('connect',()=>{console.log('LISTENS');process.exit()});s.on('error',()=>process.exit(1))"`;
  await until('a listener in the other worker', async () => (await docker('exec', two, 'sh', '-c', self).catch(() => '')).includes('LISTENS'), 20_000);
  expect(address).toMatch(/^[\d.]+$/);
  expect(await reach(address, 7777)).not.toContain('REACHED');
  const stranger = await docker(
    'run',
    '-d',
    '--rm',
    '--entrypoint',
    'node',
    image,
    '-e',
    "require('net').createServer((s)=>s.end('x')).listen(7778,'0.0.0.0')",
  );
  try {
    const strange = await docker('inspect', '--format', '{{.NetworkSettings.IPAddress}}', stranger);
    expect(strange).toMatch(/^[\d.]+$/);
    expect(await reach(strange, 7778)).not.toContain('REACHED');
    const proxied = await inside(
      `node -e "const u=new URL(process.env.HTTP_PROXY);const r=require('http').request({host:u.hostname,port:u.port,method:'CONNECT',path:'${strange}:7778',headers:{'proxy-authorization':'Basic '+Buffer.from(u.username+':'+u.password).toString('base64')}});r.on('connect',(a)=>{console.log('status',a.statusCode);process.exit()});r.on('response',(a)=>{console.log('status',a.statusCode);process.exit()});r.end()"`,
    );
    expect(proxied).toContain('status 403');
    const told = await (await factory.api(`/api/work/${ids[0]}/events?after=0`)).text();
    expect(told).toContain('egress.refused');
  } finally {
    await docker('kill', stranger);
  }

  const cancelled = Date.now();
  await Promise.all(ids.map((id) => factory.api(`/api/work/${id}/cancel`, { method: 'POST' })));
  await until('the containers to be gone', async () => (await docker('ps', '-q', '--filter', `id=${one}`)) === '', 15_000);
  expect(Date.now() - cancelled).toBeLessThan(15_000);
});

test('kill -9 of the supervisor in mid-run: the same container goes on, one pull request', { timeout: 600_000 }, async () => {
  const before = (await github.pulls('acme', 'shop')).length;
  const id = await submit('- [ ] First\n- [ ] Second\n- [ ] Third', 'grep -q Third DONE.md');
  await until('the first box', async () => (await read(id)).tasks.done >= 1, 300_000);
  const [row] = await factory.sql<{ pid: number }>('SELECT pid FROM supervisor ORDER BY beat_at DESC LIMIT 1');
  process.kill(row?.pid ?? 0, 'SIGKILL');
  const item = await settled(id);
  expect(item).toMatchObject({ state: 'in_review', verified: true });
  expect(item.runs).toHaveLength(1);
  expect(await github.pulls('acme', 'shop')).toHaveLength(before + 1);
  const status = (await (await factory.api('/api/status')).json()) as Status;
  expect(status.workersAlive).toBe(0);
});
