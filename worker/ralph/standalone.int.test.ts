import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureClaudeCli } from '../../e2e/stand-ins/claude-cli.ts';
import { startGatewayStandIn } from '../../e2e/stand-ins/gateway.ts';
import { specScript, startScriptedModel } from '../../e2e/stand-ins/model.ts';
import { workerEventSchema } from '../../server/contracts/run-events.ts';
import { bundleRalph } from './bundle.mjs';
import { asProcessEnv, type Environment } from '../../server/domain/process-env.ts';

const root = mkdtempSync(join(tmpdir(), 'ralph-cli-'));
const ralph = join(root, 'ralph.mjs');
beforeAll(() => bundleRalph(ralph));
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));

let made = 0;
function checkout(spec: string): string {
  const dir = join(root, `checkout-${(made += 1)}`);
  mkdirSync(dir);
  const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@localhost', '-C', dir, ...args]);
  git('init', '-q', '-b', 'main');
  writeFileSync(join(dir, 'SPEC.md'), spec);
  writeFileSync(join(dir, 'CLAUDE.md'), 'MAINTAINERS-NOTE-55');
  git('add', '-A');
  git('commit', '-qm', 'Seed');
  return dir;
}
const git = (dir: string, ...args: string[]) => execFileSync('git', ['-C', dir, ...args], { encoding: 'utf8' }).trim();

function start(cwd: string, args: string[], env: Environment = {}) {
  const child = spawn(process.execPath, [ralph, ...args], { cwd, env: asProcessEnv({ PATH: process.env.PATH, HOME: root, ...env }) });
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (out.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (out.stderr += chunk.toString()));
  const code = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, code, out };
}
const events = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => workerEventSchema.parse(JSON.parse(line)));
const TWO = '# Two things\n\n- [ ] First thing\n- [ ] Second thing\n';

describe('ralph alone', () => {
  it('brings a spec to its end with the demo agent', async () => {
    const dir = checkout(TWO);
    const { code, out } = start(dir, ['--spec', 'SPEC.md', '--agent', 'demo', '--verify', 'grep -q "Second thing" DEMO.md']);
    expect(await code).toBe(0);
    const all = events(out.stdout);
    expect(all.at(-1)).toMatchObject({ type: 'run.finished', reason: 'completed' });
    expect(out.stdout).toContain('demo agent');
    expect(readFileSync(join(dir, 'SPEC.md'), 'utf8')).toBe(TWO.replaceAll('[ ]', '[x]'));
    expect(git(dir, 'log', '--format=%s')).toBe('Second thing\nFirst thing\nSeed');
    expect(git(dir, 'status', '--porcelain')).toBe('');
  });

  it('drives the real Claude Code CLI, one fresh context a task, and lets no setting of the repository in', async () => {
    const claude = await ensureClaudeCli();
    const model = await startScriptedModel({ script: specScript({ command: (task) => `echo 'CANARY-RESULT ${task}' | tee -a DONE.md` }) });
    try {
      const dir = checkout(TWO);
      mkdirSync(join(dir, '.claude'));
      const hook = { hooks: { PreToolUse: [{ hooks: [{ type: 'command', command: `touch ${join(root, 'hook-ran')}` }] }] } };
      writeFileSync(join(dir, '.claude', 'settings.json'), JSON.stringify(hook));
      git(dir, 'add', '-A');
      git(dir, '-c', 'user.name=T', '-c', 'user.email=t@localhost', 'commit', '-qm', 'Settings');
      const { code, out } = start(dir, ['--spec', 'SPEC.md', '--agent', 'claude', '--max-iterations', '5', '--verify', 'test $(wc -l < DONE.md) = 2'], {
        FACTORY_CLAUDE_BIN: claude,
        ANTHROPIC_BASE_URL: model.url,
        ANTHROPIC_API_KEY: 'test-key',
        TMPDIR: root,
      });
      expect(await code, out.stdout.slice(-3_000) + out.stderr).toBe(0);
      const all = events(out.stdout);
      expect(all.filter((event) => event.type === 'iteration.started')).toHaveLength(2);
      expect(all.filter((event) => event.type === 'agent.tool_use')).toHaveLength(4);
      expect(all.filter((event) => event.type === 'agent.usage').every((event) => event.usage.outputTokens > 0)).toBe(true);
      expect(git(dir, 'log', '--format=%s')).toMatch(/Do: Second thing\n[\s\S]*Do: First thing\n/);
      expect(existsSync(join(root, 'hook-ran'))).toBe(false);
      const bodies = model.requests().map((request) => request.body);
      expect(bodies[0]).toContain('MAINTAINERS-NOTE-55');
      const secondCall = bodies.find((body) => body.includes('Boxes checked: 1 of 2'));
      expect(secondCall).toBeDefined();
      expect(bodies.some((body) => body.includes('CANARY-RESULT'))).toBe(true);
      expect(secondCall).not.toContain('CANARY-RESULT');
      expect(readdirSync(root).filter((name) => name.startsWith('ralph-'))).toEqual([]);
    } finally {
      await model.close();
    }
  });

  it('yields at a refusal that names a usage limit', async () => {
    const claude = await ensureClaudeCli();
    const resets = Math.floor(Date.now() / 1000) + 7_200;
    const headers = {
      'anthropic-ratelimit-unified-status': 'rejected',
      'anthropic-ratelimit-unified-reset': String(resets),
      'anthropic-ratelimit-unified-representative-claim': 'five_hour',
    };
    const model = await startScriptedModel({ script: () => ({ kind: 'error', status: 429, type: 'rate_limit_error', message: 'limit', headers }) });
    try {
      const env = { FACTORY_CLAUDE_BIN: claude, ANTHROPIC_BASE_URL: model.url, CLAUDE_CODE_OAUTH_TOKEN: 'oauth', TMPDIR: root };
      const { code, out } = start(checkout(TWO), ['--spec', 'SPEC.md'], env);
      expect(await code, out.stdout.slice(-3_000) + out.stderr).toBe(4);
      expect(events(out.stdout).find((event) => event.type === 'agent.limit')).toMatchObject({
        status: 'rejected',
        resetsAt: new Date(resets * 1000).toISOString(),
      });
    } finally {
      await model.close();
    }
  });

  it('ends an agent that says nothing, and says why', async () => {
    const args = ['--spec', 'SPEC.md', '--agent', 'command', '--agent-command', 'sleep 60', '--idle-timeout', '0.2', '--max-iterations', '1'];
    const { code, out } = start(checkout(TWO), args);
    expect(await code).toBe(3);
    expect(events(out.stdout).find((event) => event.type === 'iteration.finished')).toMatchObject({ outcome: 'no output for too long' });
    expect(events(out.stdout).at(-1)).toMatchObject({ detail: expect.stringContaining('budget') as string });
  });

  it.each([
    [['--spec', 'none.md', '--agent', 'demo'], 'none.md'],
    [['--agent', 'demo'], '--spec'],
  ])('answers usage errors with 2: %j', async (args, words) => {
    const { code, out } = start(checkout(TWO), args);
    expect(await code).toBe(2);
    expect(out.stderr).toContain(words);
  });

  it('stops within 5 s on SIGTERM with 130, and takes an agent that ignores it along', async () => {
    const dir = checkout(TWO);
    const { child, code, out } = start(dir, [
      '--spec',
      'SPEC.md',
      '--agent',
      'command',
      '--agent-command',
      "trap '' TERM; echo pid-$$-; while true; do sleep 0.1; done",
    ]);
    await expect.poll(() => out.stdout, { timeout: 20_000 }).toMatch(/pid-\d+-/);
    const pid = Number(/pid-(\d+)-/.exec(out.stdout)?.[1]);
    const asked = Date.now();
    child.kill('SIGTERM');
    expect(await code).toBe(130);
    expect(Date.now() - asked).toBeLessThan(20_000); // it would run for ever
    await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
  });

  it('goes on when nobody reads its output any more', async () => {
    const dir = checkout(TWO);
    const { child } = start(dir, ['--spec', 'SPEC.md', '--agent', 'demo']);
    child.stdout.destroy();
    await new Promise((resolve) => child.on('exit', resolve));
    expect(readFileSync(join(dir, 'SPEC.md'), 'utf8')).not.toContain('[ ]');
  });
});

describe('ralph verify', () => {
  const verify = async (register: { setup: string | null; verify: string }) => {
    const gateway = await startGatewayStandIn({ register: { role: 'verifier', ...register }, files: { 'check.sh': 'echo checked; exit 6' } });
    const workspace = mkdtempSync(join(root, 'verify-'));
    const { code, out } = start(workspace, ['verify'], { ...gateway.env, HTTPS_PROXY: 'http://proxy.invalid' });
    const result = { code: await code, ...out, commit: gateway.git('rev-parse', gateway.branch) };
    await gateway.close();
    return result;
  };

  it('runs the commands on a clean clone and ends with the code of the verify command', async () => {
    const result = await verify({ setup: 'echo prepared', verify: 'sh check.sh; code=$?; env; exit $code' });
    expect(result.code).toBe(6);
    expect(result.stdout).toContain(`commit ${result.commit}`);
    expect(result.stdout).toMatch(/prepared[\s\S]*checked/);
    expect(result.stdout).toContain('HTTPS_PROXY=http://proxy.invalid');
    expect(result.stdout).not.toMatch(/FACTORY_TOKEN|run-token/);
  });

  it('ends with the code of a failed setup, and says so', async () => {
    const result = await verify({ setup: 'exit 4', verify: 'echo never' });
    expect(result.code).toBe(4);
    expect(result.stdout).toContain('the setup command failed');
    expect(result.stdout).not.toContain('\nnever');
  });
});
