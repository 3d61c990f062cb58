import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Agent } from './agents/agent-port.ts';
import { ClaudeReader } from './agents/claude-reader.ts';
import { commandAgent } from './agents/command.ts';
import type { EventBody } from './io/emitter.ts';
import { runAgent, type Watchdogs } from './run-agent.ts';

const quick: Watchdogs = { idleMs: 20_000, iterationMs: 20_000, graceMs: 150, killGraceMs: 150 };
const now = () => new Date();

async function run(agent: Agent, watchdogs: Partial<Watchdogs> = {}) {
  const scratchDir = join(mkdtempSync(join(tmpdir(), 'ralph-agent-')), 'scratch');
  const events: EventBody[] = [];
  const reading = await runAgent(agent, {
    prompt: 'the prompt',
    cwd: '/',
    scratchDir,
    emit: (event) => events.push(event),
    signal: new AbortController().signal,
    watchdogs: { ...quick, ...watchdogs },
    now,
  });
  return { reading, events, scratchDir };
}
const claudeLike = (script: string): Agent => ({
  kind: 'program',
  name: 'claude',
  learningTools: true,
  command: (input) => ({ argv: ['/bin/sh', '-c', script], env: process.env, stdin: input.prompt }),
  reader: (clock) => new ClaudeReader(clock),
});

describe('runAgent', () => {
  it('gives the prompt on stdin and joins lines that came together into one log event', async () => {
    const { reading, events, scratchDir } = await run(commandAgent({ command: 'cat; printf "\\nb\\nc\\n"', env: process.env }));
    expect(reading.error).toBeNull();
    const text = events.map((event) => (event.type === 'log' ? event.text : '')).join('\n');
    expect(text).toBe('the prompt\nb\nc');
    expect(existsSync(scratchDir)).toBe(false);
  });

  it('ends an agent that hangs after its result, and takes its result as it is', async () => {
    const line = JSON.stringify({ type: 'result', is_error: false, result: 'done', total_cost_usd: 0.5 });
    const { reading } = await run(claudeLike(`echo '${line}'; sleep 60`));
    expect(reading).toEqual({ error: null, limit: null, costUsd: 0.5, toolsDown: false });
  });

  it('ends an agent whose MCP server did not start, though it would go on', async () => {
    const line = JSON.stringify({ type: 'system', subtype: 'init', mcp_servers: [{ name: 'factory', status: 'failed' }] });
    const { reading } = await run(claudeLike(`echo '${line}'; sleep 60`));
    expect(reading).toMatchObject({ error: 'MCP server did not start: factory', toolsDown: true });
  });

  it('ends an iteration that takes too long', async () => {
    const { reading } = await run(commandAgent({ command: 'while true; do echo x; sleep 0.05; done', env: process.env }), { iterationMs: 200 });
    expect(reading.error).toBe('iteration took too long');
  });

  it('says that a program is not there', async () => {
    const missing: Agent = { ...(claudeLike('') as Extract<Agent, { kind: 'program' }>), command: () => ({ argv: ['/no/claude'], env: {}, stdin: '' }) };
    expect((await run(missing)).reading.error).toContain('not started');
  });
});
