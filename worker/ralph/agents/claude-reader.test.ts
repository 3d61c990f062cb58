import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EVENT_VERSION, workerEventSchema } from '../../../server/contracts/run-events.ts';
import type { ChildExit } from '../io/child.ts';
import { limitSentence, resetTime } from '../../../server/domain/runs/claude-lines.ts';
import { ClaudeReader } from './claude-reader.ts';

const now = () => new Date('2026-11-23T02:57:00Z');
const exit = (exitCode: number | null, more: Partial<ChildExit> = {}): ChildExit => ({ exitCode, signal: null, stopped: null, startError: null, ...more });
const lines = (file: string) =>
  readFileSync(new URL(`../fixtures/${file}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n');
const samples = lines('claude-stream-json').map((line) => {
  const { _sample, ...rest } = JSON.parse(line) as { _sample: string };
  return { name: _sample, line: JSON.stringify(rest) };
});

function read(...names: string[]) {
  const reader = new ClaudeReader(now);
  const events = names.flatMap((name) => {
    const sample = samples.find((one) => one.name === name);
    if (sample === undefined) throw new Error(`no sample ${name}`);
    return reader.parse(sample.line);
  });
  return { reader, events };
}

describe('ClaudeReader on captured lines', () => {
  it.each([...samples, ...[...lines('codex-exec'), ...lines('opencode-run')].map((line, index) => ({ name: `other agent ${index}`, line }))])(
    'makes valid events of $name',
    ({ line }) => {
      const events = new ClaudeReader(now).parse(line);
      for (const event of events) workerEventSchema.parse({ v: EVENT_VERSION, workerSeq: 1, ts: now().toISOString(), ...event });
    },
  );

  it('keeps unknown types and what is no JSON as log lines', () => {
    expect(new ClaudeReader(now).parse('{"type":"novelty","x":1}')).toEqual([{ type: 'log', level: 'debug', text: '{"type":"novelty","x":1}' }]);
    expect(new ClaudeReader(now).parse('Segmentation fault')[0]).toMatchObject({ type: 'log', text: 'Segmentation fault' });
    expect(read('stream_event').events[0]?.type).toBe('log');
  });

  it('reads text, tool use and tool results', () => {
    expect(read('assistant_text').events).toEqual([{ type: 'agent.text', text: "I'll read the spec." }]);
    expect(read('assistant_tool_use').events[0]).toMatchObject({ type: 'agent.tool_use', tool: 'Read', input: '{"file_path":"/workspace/SPEC.md"}' });
    expect(read('tool_result_Bash').events[0]).toMatchObject({ type: 'agent.tool_result', text: 'SPEC.md\nsrc.ts', isError: false });
    expect(read('tool_result_hook_denied').events[0]).toMatchObject({ isError: true });
    expect(read('tool_result_mcp').events[0]).toMatchObject({ text: 'locked src/a.ts' });
    expect(read('assistant_thinking').events).toEqual([{ type: 'log', level: 'debug', text: 'thinking' }]);
  });

  it('counts usage and cost, and is finished without an error', () => {
    const { reader, events } = read('result_success');
    expect(events).toEqual([
      { type: 'agent.usage', usage: { inputTokens: 3000, outputTokens: 150, cacheReadTokens: 9000, cacheWriteTokens: 600 }, costUsd: 0.0162 },
    ]);
    expect(reader.finished).toBe(true);
    expect(reader.outcome(exit(0))).toEqual({ error: null, limit: null, costUsd: 0.0162, toolsDown: false });
  });

  it.each([
    ['result_429', 'model answered 429'],
    ['result_529', 'model answered 529'],
    ['result_401', 'model answered 401'],
    ['result_404_model', 'model answered 404'],
    ['result_conn', 'model not reachable'],
    ['result_credit', 'model answered 400'],
    ['result_too_long', 'model answered 400 (prompt too long)'],
    ['result_max_turns', 'max turns'],
    ['result_budget', 'budget exhausted'],
    ['result_sigint', 'aborted tools'],
  ])('sees the error of %s, whatever its subtype says', (name, error) => {
    const { reader, events } = read(name);
    expect(reader.outcome(exit(1)).error).toBe(error);
    expect(events.some((event) => event.type === 'agent.error')).toBe(true);
  });

  it('lets the last of two results count', () => {
    expect(read('result_529', 'result_success').reader.outcome(exit(0)).error).toBeNull();
    expect(read('result_success', 'result_529').reader.outcome(exit(1)).error).toBe('model answered 529');
  });

  it('reads a rejected usage limit with its time, and only warns of a near one', () => {
    const rejected = read('rate_limit_event_rejected', 'assistant_usage_limit', 'result_usage_limit');
    expect(rejected.events[0]).toMatchObject({ type: 'agent.limit', status: 'rejected', resetsAt: new Date(1795406261_000).toISOString() });
    expect(rejected.reader.outcome(exit(1)).limit).toEqual({ resetsAt: new Date(1795406261_000) });
    const near = read('rate_limit_event_warning', 'result_success');
    expect(near.events[0]).toMatchObject({ type: 'agent.limit', status: 'allowed_warning' });
    expect(near.reader.outcome(exit(0)).limit).toBeNull();
  });

  it('falls back to the sentence of the CLI where no event came', () => {
    expect(read('assistant_usage_limit', 'result_usage_limit').reader.outcome(exit(1)).limit).toEqual({ resetsAt: new Date('2026-11-23T03:57:00Z') });
  });

  it('takes no limit from a tool result or an earlier line', () => {
    const reader = new ClaudeReader(now);
    const sentence = "You've hit your 5-hour limit · resets 3:57am (UTC)";
    reader.parse(JSON.stringify({ type: 'user', message: { content: [{ type: 'tool_result', tool_use_id: 't', content: sentence }] } }));
    reader.parse(JSON.stringify({ type: 'assistant', message: { content: [{ type: 'text', text: sentence }] } }));
    reader.parse(JSON.stringify({ type: 'result', is_error: true, result: 'API Error', terminal_reason: 'api_error' }));
    expect(reader.outcome(exit(1)).limit).toBeNull();
  });

  it('aborts on a dead MCP server', () => {
    const failed = read('init_mcp_failed').reader;
    expect(failed.abort).toContain('factory');
    expect(failed.outcome(exit(143, { stopped: 'grace' }))).toMatchObject({ error: 'MCP server did not start: factory', toolsDown: true });
    const unsure = new ClaudeReader(now);
    unsure.parse(JSON.stringify({ type: 'system', subtype: 'init', mcp_servers: [{ name: 'factory', status: 'pending' }] }));
    expect(unsure.abort).toContain('factory');
    expect(read('init', 'init_mcp').reader.abort).toBeNull();
  });

  it('explains an end without a result', () => {
    expect(new ClaudeReader(now).outcome(exit(143)).error).toBe('exit code 143');
    expect(new ClaudeReader(now).outcome(exit(0)).error).toBe('ended without a result');
    expect(new ClaudeReader(now).outcome(exit(null, { stopped: 'idle' })).error).toBe('no output for too long');
    expect(new ClaudeReader(now).outcome(exit(null, { startError: 'ENOENT' })).error).toContain('ENOENT');
  });
});

describe('times of a limit', () => {
  it('judges seconds and milliseconds by magnitude', () => {
    expect(resetTime(1795406261)).toEqual(resetTime(1795406261_000));
    expect(resetTime(null)).toBeNull();
  });
  it('takes the next such time of day', () => {
    expect(limitSentence("You've hit your weekly limit · resets 1am (UTC)", now())?.resetsAt).toEqual(new Date('2026-11-24T01:00:00Z'));
    expect(limitSentence("You've hit your weekly limit · resets 12:30pm (UTC)", now())?.resetsAt).toEqual(new Date('2026-11-23T12:30:00Z'));
    expect(limitSentence('the docs say: You hit your limit', now())).toBeNull();
  });
});
