import { describe, expect, it } from 'vitest';
import { startChild } from './child.ts';
import { agentEnv, cleanEnv, runShell } from './shell.ts';

const never = new AbortController().signal;
function start(script: string, more: { idleMs?: number; maxMs?: number; signal?: AbortSignal; stdin?: string } = {}) {
  const out: string[] = [];
  const child = startChild({
    argv: ['/bin/sh', '-c', script],
    cwd: '/',
    env: process.env,
    signal: never,
    killGraceMs: 200,
    onStdout: (chunk) => out.push(chunk),
    onStderr: (chunk) => out.push(chunk),
    ...more,
  });
  return { child, text: () => out.join('') };
}
const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('startChild', () => {
  it('gives exit code and output', async () => {
    const { child, text } = start('cat; echo err >&2; exit 7', { stdin: 'in\n' });
    expect(await child.done).toEqual({ exitCode: 7, signal: null, stopped: null, startError: null });
    expect(text()).toBe('in\nerr\n');
  });

  it('ends what says nothing', async () => {
    expect(await start('echo hi; sleep 60', { idleMs: 150 }).child.done).toMatchObject({ stopped: 'idle' });
  });

  it('ends what takes too long, though it talks and ignores SIGTERM', async () => {
    const { child } = start("trap '' TERM; while true; do echo x; sleep 0.05; done", { idleMs: 20_000, maxMs: 2_000 });
    expect(await child.done).toMatchObject({ stopped: 'too_long', signal: 'SIGKILL' });
  });

  it('kills the whole group, also what the leader left behind', async () => {
    const { child, text } = start('sleep 60 & echo $!');
    expect(await child.done).toMatchObject({ exitCode: 0 });
    await expect.poll(() => alive(Number(text().trim()))).toBe(false);
  });

  it('ends on its signal', async () => {
    const abort = new AbortController();
    const { child } = start('sleep 60', { signal: abort.signal });
    abort.abort();
    expect(await child.done).toMatchObject({ stopped: 'aborted' });
  });

  it('says why a program did not start', async () => {
    const child = startChild({
      argv: ['/no/such/program'],
      cwd: '/',
      env: {},
      signal: never,
      killGraceMs: 1,
      onStdout: () => undefined,
      onStderr: () => undefined,
    });
    expect((await child.done).startError).toContain('ENOENT');
  });
});

describe('a project command', () => {
  it('sees no variable of the factory, but the way out', async () => {
    const env = { PATH: process.env.PATH, FACTORY_TOKEN: 'secret', ANTHROPIC_API_KEY: 'key', HTTPS_PROXY: 'http://p', NODE_EXTRA_CA_CERTS: '/ca' };
    const { log } = await runShell({ command: 'env', cwd: '/', env: cleanEnv(env), signal: never });
    expect(log).not.toMatch(/secret|key/);
    expect(log).toContain('HTTPS_PROXY=http://p');
    expect(log).toContain('NODE_EXTRA_CA_CERTS=/ca');
    expect(agentEnv(env)).not.toHaveProperty('FACTORY_TOKEN');
  });

  it('keeps the end of a long log', async () => {
    const { log, exitCode } = await runShell({ command: 'seq 1 200000; exit 3', cwd: '/', env: cleanEnv(process.env), signal: never });
    expect(exitCode).toBe(3);
    expect(log.length).toBeLessThanOrEqual(256 * 1024);
    expect(log.trimEnd().endsWith('200000')).toBe(true);
  });
});
