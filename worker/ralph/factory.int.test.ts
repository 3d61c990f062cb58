import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startGatewayStandIn, type GatewayStandIn } from '../../e2e/stand-ins/gateway.ts';
import type { RegisterResponse } from '../../server/contracts/worker-protocol.ts';
import { asProcessEnv } from '../../server/domain/process-env.ts';
import { bundleRalph } from './bundle.mjs';
import { Stops } from './ending.ts';
import { runWorker } from './factory.ts';
import { WATCHDOGS } from './run-agent.ts';

const TWO = '# Two\n\n- [ ] One\n- [ ] Two\n';
const cleanups: Array<() => Promise<void> | void> = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** An agent whose every call runs `body` with: n (call, from 1), prompt, sh(), task (first open), check(). */
function agentIn(dir: string, body: string): string {
  const file = join(dir, 'agent.mjs');
  writeFileSync(
    file,
    `import { execSync } from 'node:child_process';
import fs from 'node:fs';
const prompt = fs.readFileSync(0, 'utf8');
const n = fs.readdirSync(${JSON.stringify(dir)}).filter((name) => name.startsWith('prompt-')).length + 1;
fs.writeFileSync(${JSON.stringify(dir)} + '/prompt-' + n, prompt);
const sh = (command) => execSync(command, { encoding: 'utf8' });
const spec = fs.readFileSync('.ai/SPEC.md', 'utf8');
const task = /^- \\[ \\] (.+)$/m.exec(spec)?.[1];
const check = (name = task) => fs.writeFileSync('.ai/SPEC.md', fs.readFileSync('.ai/SPEC.md', 'utf8').replace('[ ] ' + name, '[x] ' + name));
const write = (name, text) => fs.writeFileSync(name, text);
const hang = () => new Promise(() => setInterval(() => {}, 1000));
${body}
`,
  );
  return `exec ${process.execPath} ${file}`;
}

interface Setup {
  body: string;
  register?: Partial<RegisterResponse>;
  files?: Record<string, string>;
  preReceive?: string;
  silenceMaxMs?: number;
}

async function setup(opts: Setup) {
  const dir = mkdtempSync(join(tmpdir(), 'ralph-int-'));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  const agentCommand = agentIn(dir, opts.body);
  // The same agent as a program that is started like the Claude Code CLI.
  const claudeBin = join(dir, 'claude');
  writeFileSync(claudeBin, `#!/bin/sh\n${agentCommand} "$@"\n`, { mode: 0o755 });
  const gateway = await startGatewayStandIn({
    ...opts,
    register: { spec: TWO, agent: 'command', agentCommand, ...opts.register },
  });
  cleanups.push(() => gateway.close());
  const workspace = join(dir, 'workspace');
  const stops = new Stops();
  const lines: string[] = [];
  const work = () =>
    runWorker({
      address: { url: gateway.env.FACTORY_URL, runId: gateway.env.FACTORY_RUN_ID, token: gateway.env.FACTORY_TOKEN },
      workspace,
      env: { PATH: process.env.PATH, HOME: dir },
      claudeBin,
      print: (line) => lines.push(line),
      stops,
      beat: { intervalMs: 100, claimPollMs: 50 },
      watchdogs: { ...WATCHDOGS, killGraceMs: 500 },
      ...(opts.silenceMaxMs === undefined ? {} : { silenceMaxMs: opts.silenceMaxMs }),
    });
  const prompt = (n: number) => readFileSync(join(dir, `prompt-${n}`), 'utf8');
  return { gateway, dir, workspace, work, stops, lines, prompt };
}

const types = (gateway: GatewayStandIn) => gateway.events.map((event) => event.type);
const subjects = (gateway: GatewayStandIn) => gateway.git('log', '--format=%s', gateway.branch).split('\n');
const lastEvent = (gateway: GatewayStandIn) => gateway.events.at(-1);
const DO_TASK = 'write(task + ".txt", task); check();';

describe('a worker', () => {
  it('does one task an iteration, pushes each, and is done when the verifier is green', async () => {
    const { gateway, work, lines, workspace } = await setup({
      body: `console.log('working on ' + task); ${DO_TASK}`,
      register: { verify: 'test -f One.txt -a -f Two.txt' },
    });
    expect(await work()).toBe(0);
    expect(gateway.grants).toEqual([1, 2]);
    expect(subjects(gateway)).toEqual(['Two', 'One', 'Seed']);
    expect(gateway.git('log', '-1', '--format=%an <%ae>', gateway.branch)).toBe('AI Software Factory <factory@localhost>');
    expect(gateway.ends).toEqual([{ verb: 'complete', body: { commit: gateway.git('rev-parse', gateway.branch) } }]);
    expect(gateway.events.map((event) => event.workerSeq)).toEqual(gateway.events.map((_, index) => index + 1));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(gateway.events);
    expect(types(gateway).filter((type) => type !== 'log')).toEqual([
      'run.started',
      ...['iteration.started', 'commit.created', 'task.checked', 'spec.updated', 'iteration.finished'],
      ...['iteration.started', 'commit.created', 'task.checked', 'spec.updated', 'iteration.finished'],
      ...['verify.started', 'verify.finished', 'run.finished'],
    ]);
    expect(gateway.events.filter((event) => event.type === 'spec.updated').at(-1)).toMatchObject({ spec: TWO.replaceAll('[ ]', '[x]') });
    expect(readFileSync(join(workspace, 'repo', '.git', 'config'), 'utf8')).not.toContain(gateway.env.FACTORY_TOKEN);
  });

  it('takes the log of a red verifier into the next prompt, and claims again', async () => {
    const { gateway, work, prompt } = await setup({
      body: 'if (task) { write("a.txt", task); check(); } else write("b.txt", "repaired");',
      register: { spec: '# T\n\n- [ ] One\n' },
    });
    gateway.behaviour.verdict = (round) => (round === 1 ? { exitCode: 9, log: 'AssertionError: red-42' } : { exitCode: 0, log: '' });
    expect(await work()).toBe(0);
    expect(prompt(2)).toContain('AssertionError: red-42');
    expect(prompt(2)).toContain('exit code 9');
    expect(gateway.ends.map((end) => end.verb)).toEqual(['complete', 'complete']);
  });

  it('takes the log of its own red check into the next prompt before it claims anything', async () => {
    const body = 'if (task) { write("a.txt", task); check(); } else write("ok", "");';
    const { gateway, work, prompt } = await setup({ body, register: { spec: '# T\n\n- [ ] One\n', verify: 'echo needs-ok; test -f ok' } });
    expect(await work()).toBe(0);
    expect(prompt(2)).toContain('needs-ok');
    expect(gateway.ends).toHaveLength(1);
  });

  it('reads a message in one prompt, says which, and not in the next', async () => {
    const { gateway, work, prompt, lines } = await setup({ body: DO_TASK });
    const message = { id: 'm1', from: 'Ada', at: '2026-11-23T12:00:00.000Z', text: 'Mind the tea.' };
    // The factory may not have heard yet that the first prompt held it.
    gateway.behaviour.iteration = (n) => ({ granted: true, n, messages: [message] });
    expect(await work()).toBe(0);
    expect(prompt(1)).toContain('Mind the tea.');
    expect(prompt(2)).not.toContain('Mind the tea.');
    const started = lines.map((line) => JSON.parse(line) as { type: string; messages?: string[] }).filter((event) => event.type === 'iteration.started');
    expect(started.map((event) => event.messages)).toEqual([['m1'], undefined]);
  });

  it("keeps the agent's own words out of the next prompt", async () => {
    const { work, prompt, lines } = await setup({ body: `console.log('CANARY-7391 on ' + n); console.error('CANARY-7391'); ${DO_TASK}` });
    expect(await work()).toBe(0);
    expect(lines.join('\n')).toContain('CANARY-7391');
    expect(prompt(2)).not.toContain('CANARY-7391');
    expect(prompt(2)).toContain('Boxes checked: 1 of 2');
  });

  it('notes learnings once, and ends as stuck with the words of .ai/stuck.md', async () => {
    const { gateway, work, workspace } = await setup({
      body: `write('.ai/new-learnings.md', '- Gotcha: mind the gap\\n- plain\\n'); if (n === 2) write('.ai/stuck.md', 'No key for X.'); ${DO_TASK}`,
      register: { spec: `${TWO}- [ ] Three\n` },
    });
    expect(await work()).toBe(3);
    expect(gateway.events.filter((event) => event.type === 'learning.noted')).toHaveLength(4);
    expect(existsSync(join(workspace, 'repo', '.ai', 'new-learnings.md'))).toBe(false);
    expect(gateway.ends).toEqual([{ verb: 'stuck', body: { reason: 'agent', message: 'No key for X.' } }]);
    expect(lastEvent(gateway)).toMatchObject({ type: 'run.finished', reason: 'stuck' });
    expect(subjects(gateway)).toHaveLength(3);
  });

  it('is stuck when nothing moves', async () => {
    const { gateway, work } = await setup({ body: '' });
    expect(await work()).toBe(3);
    expect(gateway.grants).toEqual([1, 2, 3]);
    expect(gateway.ends[0]).toMatchObject({ verb: 'stuck', body: { reason: 'no_progress' } });
  });

  it('makes a call again, as the same iteration and with its messages, when the factory’s tools were down', async () => {
    const init = (status: string) => JSON.stringify({ type: 'system', subtype: 'init', mcp_servers: [{ name: 'factory', status }] });
    const body = `
      const config = process.argv[process.argv.indexOf('--mcp-config') + 1];
      console.log(JSON.stringify({ type: 'assistant', message: { content: [{ type: 'text', text: 'argv ' + process.argv.join(' ') }] } }));
      console.log(JSON.stringify({ type: 'assistant', message: { content: [{ type: 'text', text: 'mode ' + (fs.statSync(config).mode & 0o777).toString(8) + ' ' + fs.readFileSync(config, 'utf8') }] } }));
      if (n === 1) { console.log('${init('failed')}'); await hang(); }
      console.log('${init('connected')}');
      ${DO_TASK}
      console.log('{"type":"result","is_error":false,"result":"done"}');`;
    const { gateway, work, prompt } = await setup({ body, register: { agent: 'claude', agentCommand: null } });
    const message = { id: 'm1', from: 'Ada', at: '2026-11-23T12:00:00.000Z', text: 'Mind the tea.' };
    gateway.behaviour.iteration = (n) => ({ granted: true, n, messages: n === 1 ? [message] : [] });
    expect(await work()).toBe(0);
    expect(gateway.grants).toEqual([1, 1, 2]);
    expect([prompt(1), prompt(2), prompt(3)].map((text) => text.includes('Mind the tea.'))).toEqual([true, true, false]);
    expect(prompt(1)).toContain('save_learning');
    const finished = gateway.events.filter((event) => event.type === 'iteration.finished');
    expect(finished.map((event) => event.outcome)).toEqual(['MCP server did not start: factory', 'ok', 'ok']);
    const said = gateway.events.map((event) => (event.type === 'agent.text' ? event.text : ''));
    expect(said.find((text) => text.startsWith('argv '))).not.toContain(gateway.env.FACTORY_TOKEN);
    const config = said.find((text) => text.startsWith('mode 600 '))?.slice('mode 600 '.length) ?? '';
    expect(JSON.parse(config)).toEqual({
      mcpServers: { factory: { type: 'http', url: `${gateway.url}/mcp`, headers: { Authorization: `Bearer ${gateway.env.FACTORY_TOKEN}` } } },
    });
  });

  it('yields or is stuck as a refused iteration says', async () => {
    const yields = await setup({ body: DO_TASK });
    yields.gateway.behaviour.iteration = (n) => (n === 1 ? { granted: true, n, messages: [] } : { granted: false, reason: 'daily budget', next: 'yield' });
    expect(await yields.work()).toBe(4);
    expect(yields.gateway.ends).toEqual([{ verb: 'fail', body: { kind: 'yielded', message: 'daily budget' } }]);
    const capped = await setup({ body: DO_TASK });
    capped.gateway.behaviour.iteration = () => ({ granted: false, reason: 'cap', next: 'stuck' });
    expect(await capped.work()).toBe(3);
    expect(capped.gateway.ends).toEqual([{ verb: 'stuck', body: { reason: 'budget', message: 'cap' } }]);
  });

  it('fails with the words of a failed setup', async () => {
    const { gateway, work } = await setup({ body: DO_TASK, register: { setup: 'echo no-such-registry; exit 5' } });
    expect(await work()).toBe(1);
    expect(gateway.ends[0]).toMatchObject({ verb: 'fail', body: { kind: 'error', message: expect.stringContaining('no-such-registry') as string } });
    expect(gateway.grants).toEqual([]);
  });
});

describe('orders', () => {
  const hangs = `write('half.txt', 'half'); write(${JSON.stringify('PIDFILE')}, String(process.pid)); console.log('hanging'); await hang();`;
  const hangingAgent = async () => {
    const made = await setup({ body: '' });
    const pidFile = join(made.dir, 'pid');
    agentIn(made.dir, hangs.replace('"PIDFILE"', JSON.stringify(pidFile)));
    return { ...made, pid: () => (existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0) };
  };
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it('cancel kills the agent at once', async () => {
    const { gateway, work, pid } = await hangingAgent();
    const code = work();
    await expect.poll(pid, { timeout: 20_000 }).toBeGreaterThan(0);
    gateway.behaviour.heartbeat = () => ({ order: 'cancel', claim: { status: 'none' } });
    expect(await code).toBe(130);
    await expect.poll(() => isAlive(pid())).toBe(false);
    expect(lastEvent(gateway)).toMatchObject({ type: 'run.finished', reason: 'stopped' });
  });

  it('yield stores what is there', async () => {
    const { gateway, work, pid } = await hangingAgent();
    const code = work();
    await expect.poll(pid, { timeout: 20_000 }).toBeGreaterThan(0);
    gateway.behaviour.heartbeat = () => ({ order: 'yield', claim: { status: 'none' } });
    expect(await code).toBe(4);
    expect(gateway.git('show', `${gateway.branch}:half.txt`)).toBe('half');
    expect(gateway.ends).toMatchObject([{ verb: 'fail', body: { kind: 'yielded' } }]);
  });

  it.each([401, 409] as const)('a %i ends it, and it says nothing more', async (status) => {
    const { gateway, work, pid } = await hangingAgent();
    const code = work();
    await expect.poll(pid, { timeout: 20_000 }).toBeGreaterThan(0);
    gateway.behaviour.refuse = status;
    expect(await code).toBe(130);
    await expect.poll(() => isAlive(pid()), { timeout: 5_000 }).toBe(false);
    expect(gateway.ends).toEqual([]);
  });
});

describe('an outage of the gateway', () => {
  it('costs nothing: no event, no iteration, no stuck rule', async () => {
    const { gateway, work, dir } = await setup({ body: `console.log('before'); ${DO_TASK}` });
    const code = work();
    await expect.poll(() => existsSync(join(dir, 'prompt-1')), { timeout: 20_000 }).toBe(true);
    gateway.behaviour.down = true;
    const beats = gateway.beats;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(gateway.beats).toBe(beats);
    gateway.behaviour.down = false;
    expect(await code).toBe(0);
    expect(gateway.events.map((event) => event.workerSeq)).toEqual(gateway.events.map((_, index) => index + 1));
    expect(new Set(gateway.grants)).toEqual(new Set([1, 2]));
    expect(subjects(gateway)).toEqual(['Two', 'One', 'Seed']);
  });
});

describe('a worker that nobody waits for', () => {
  const hanging = `fs.writeFileSync(process.env.HOME + '/pid', String(process.pid)); console.log('hanging'); await hang();`;
  const isAlive = (pid: number) => existsSync(`/proc/${pid}`) && !/ Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const pidIn = (dir: string) => (existsSync(join(dir, 'pid')) ? Number(readFileSync(join(dir, 'pid'), 'utf8')) : 0);

  it('ends with all that it started once its folder is deleted while the gateway is down', async () => {
    const { gateway, dir } = await setup({ body: hanging });
    const program = join(dir, 'ralph.mjs');
    await bundleRalph(program);
    const home = join(dir, 'run');
    mkdirSync(join(home, 'workspace'), { recursive: true });
    const out = openSync(join(dir, 'out'), 'a');
    const env = { PATH: process.env.PATH, HOME: dir, ...gateway.env, FACTORY_WORKSPACE: join(home, 'workspace') };
    const ralph = spawn(process.execPath, [program], { cwd: home, detached: true, stdio: ['ignore', out, out], env: asProcessEnv(env) });
    closeSync(out);
    const code = new Promise((resolve) => ralph.once('exit', resolve));
    cleanups.push(() => void ralph.kill('SIGKILL'));
    await expect.poll(() => pidIn(dir), { timeout: 20_000 }).toBeGreaterThan(0);
    gateway.behaviour.down = true;
    rmSync(home, { recursive: true, force: true });
    expect(await code).toBe(130);
    const last: unknown = JSON.parse(readFileSync(join(dir, 'out'), 'utf8').trim().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({ type: 'run.finished', reason: 'stopped', detail: expect.stringContaining(`${home}/workspace is gone`) as string });
    await expect.poll(() => isAlive(pidIn(dir)), { timeout: 5_000 }).toBe(false);
  });

  it('ends before it began too, and says so', async () => {
    const { gateway, dir } = await setup({ body: DO_TASK });
    gateway.behaviour.down = true;
    const program = join(dir, 'ralph.mjs');
    await bundleRalph(program);
    const workspace = join(dir, 'deleted');
    const env = { PATH: process.env.PATH, ...gateway.env, FACTORY_WORKSPACE: workspace };
    for (const args of [[], ['verify']]) {
      const ralph = spawn(process.execPath, [program, ...args], { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'], env: asProcessEnv(env) });
      cleanups.push(() => void ralph.kill('SIGKILL'));
      let said = '';
      ralph.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
      await expect.poll(() => existsSync(workspace), { timeout: 20_000 }).toBe(true);
      rmSync(workspace, { recursive: true });
      expect(await new Promise((resolve) => ralph.once('close', resolve))).toBe(130);
      expect(said.trim().split('\n').at(-1)).toBe(`ralph: the gateway does not answer, and the workspace ${workspace} is gone: nobody waits for this work`);
    }
  });

  it('ends when the gateway stays silent for too long', async () => {
    const { gateway, work, lines, dir } = await setup({ body: hanging, silenceMaxMs: 500 });
    const code = work();
    await expect.poll(() => pidIn(dir), { timeout: 20_000 }).toBeGreaterThan(0);
    gateway.behaviour.down = true;
    expect(await code).toBe(130);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ type: 'run.finished', reason: 'stopped' });
    expect(lines.at(-1)).toContain('the gateway did not answer for');
    expect(gateway.ends).toEqual([]);
  });
});

describe('what an agent leaves behind', () => {
  it('is pushed without .ai/, whatever was committed, and history is not rewritten', async () => {
    const body = `
      if (n === 1) { write('One.txt', '1'); check(); sh('git add -Af && git commit -qm "Everything and .ai"'); }
      else { sh('git reset -q --hard HEAD~1 && git checkout -q -b elsewhere && git commit -q --amend -m "Rewritten"'); write('Two.txt', '2'); fs.mkdirSync('.ai', {recursive: true}); write('.ai/SPEC.md', spec); check('Two'); }`;
    const { gateway, work } = await setup({ body });
    expect(await work()).toBe(0);
    const files = gateway.git('ls-tree', '-r', '--name-only', gateway.branch).split('\n');
    expect(files).toContain('Two.txt');
    expect(files.filter((name) => name.startsWith('.ai'))).toEqual([]);
    expect(gateway.git('log', '--all', '--format=', '--name-only')).not.toContain('.ai/');
    expect(subjects(gateway).at(-1)).toBe('Seed');
    expect(subjects(gateway)).toContain('Everything and .ai');
  });

  it('tells the next prompt why the gate refused, and goes on from there', async () => {
    const preReceive =
      'while read old new ref; do if git ls-tree -r --name-only $new | grep -q forbidden; then echo "gate: forbidden.yml may not change" >&2; exit 1; fi; done';
    const body =
      "if (n === 1) { write('forbidden.yml', 'x'); write('One.txt', '1'); check(); sh('git add -A && git commit -qm bad'); } else { fs.rmSync('forbidden.yml', { force: true }); write('Two.txt', '2'); check(); }";
    const { gateway, work, prompt } = await setup({ body, preReceive });
    expect(await work()).toBe(0);
    expect(prompt(2)).toContain('gate: forbidden.yml may not change');
    expect(gateway.git('log', '--format=', '--name-only', gateway.branch)).not.toContain('forbidden');
    expect(gateway.git('ls-tree', '--name-only', gateway.branch).split('\n').sort()).toEqual(['One.txt', 'README.md', 'Two.txt']);
  });

  it('is pushed again where the gate could not ask the factory', async () => {
    const preReceive = 'test -e asked && exit 0; touch asked; echo "The factory could not be asked; nothing was taken." >&2; exit 1';
    const { gateway, work, prompt } = await setup({ body: DO_TASK, preReceive });
    expect(await work()).toBe(0);
    expect(prompt(2)).not.toContain('refused');
    expect(subjects(gateway)).toEqual(['Two', 'One', 'Seed']);
  });

  it('is kept back where another run holds the file, and follows when it is free', async () => {
    const { gateway, work, prompt } = await setup({
      body: "if (n === 1) { write('held.txt', 'h'); write('free.txt', 'f'); } else write('Two.txt', '2'); check();",
    });
    let asked = 0;
    gateway.behaviour.lock = (paths) => {
      const expiresAt = new Date(Date.now() + 60_000).toISOString();
      if (!paths.includes('held.txt') || (asked += 1) > 1) return { granted: true, expiresAt };
      return { granted: false, conflicts: [{ path: 'held.txt', heldBy: 'another item', expiresAt }] };
    };
    expect(await work()).toBe(0);
    expect(gateway.events.find((event) => event.type === 'lease.refused')).toMatchObject({ paths: ['held.txt'], heldBy: 'another item' });
    expect(prompt(2)).toContain('held.txt');
    const history = gateway
      .git('log', '--format=', '--name-only', gateway.branch)
      .split('\n')
      .filter((name) => name !== '');
    expect(history).toEqual(['Two.txt', 'held.txt', 'free.txt', 'README.md']);
    expect(gateway.events.filter((event) => event.type === 'task.checked').map((event) => event.iteration)).toEqual([2, 2]);
  });

  it('is gone on with by a worker that starts again in an empty folder', async () => {
    const { gateway, work, workspace } = await setup({ body: DO_TASK });
    gateway.behaviour.iteration = (n) => (n === 1 ? { granted: true, n, messages: [] } : { granted: false, reason: 'pause', next: 'yield' });
    expect(await work()).toBe(4);
    rmSync(workspace, { recursive: true });
    gateway.behaviour.iteration = (n) => ({ granted: true, n, messages: [] });
    expect(await work()).toBe(0);
    expect(subjects(gateway).filter((subject) => subject === 'Two')).toHaveLength(1);
    expect(gateway.git('rev-list', '--count', gateway.branch)).not.toBe('1');
    expect(gateway.events.map((event) => event.workerSeq)).toEqual(gateway.events.map((_, index) => index + 1));
  });

  it('is taken over by a worker that starts again in the same folder', async () => {
    const { gateway, work, dir, workspace } = await setup({ body: `${DO_TASK} if (n === 1) { process.kill(process.ppid, 0); }` });
    gateway.behaviour.iteration = (n) => (n === 1 ? { granted: true, n, messages: [] } : { granted: false, reason: 'pause', next: 'yield' });
    expect(await work()).toBe(4);
    writeFileSync(join(workspace, 'repo', 'left.txt'), 'left by a killed worker');
    gateway.behaviour.iteration = (n) => ({ granted: true, n, messages: [] });
    expect(await work()).toBe(0);
    expect(gateway.git('show', `${gateway.branch}:left.txt`)).toContain('left');
    expect(gateway.events.map((event) => event.workerSeq)).toEqual(gateway.events.map((_, index) => index + 1));
    expect(readdirSync(dir).filter((name) => name.startsWith('prompt-'))).toHaveLength(2);
  });
});
