import { describe, expect, it } from 'vitest';
import { decideNext, type IterationFacts, LIMIT_DEFAULT_MS, NO_PROGRESS_MAX, SAME_ERROR_MAX, STOP_START, type StopState, TOOLS_DOWN_MAX } from './stop-rule.ts';

const now = new Date('2026-11-23T12:00:00Z');
const idle: IterationFacts = {
  openTasks: 2,
  progress: false,
  error: null,
  limit: null,
  stuck: null,
  gatewayDown: false,
  toolsDown: false,
  withheld: 0,
  pushRefused: false,
};

function play(all: Array<Partial<IterationFacts>>) {
  let state: StopState = STOP_START;
  return all.map((facts) => {
    const result = decideNext(state, { ...idle, ...facts }, now);
    state = result.state;
    return result.decision;
  });
}
const times = <T>(count: number, value: T) => Array.from({ length: count }, () => value);

describe('decideNext', () => {
  it('goes on while boxes are open and something moves', () => {
    expect(play(times(20, { progress: true })).every((decision) => decision.kind === 'go_on')).toBe(true);
  });

  it('claims when every box is checked and everything was taken', () => {
    expect(play([{ openTasks: 0, progress: true }])[0]).toEqual({ kind: 'claim' });
  });

  it('does not claim what the gate refused or another run withholds', () => {
    expect(play([{ openTasks: 0, progress: true, pushRefused: true }])[0]?.kind).toBe('go_on');
    expect(play([{ openTasks: 0, progress: true, withheld: 1 }])[0]?.kind).toBe('wait_for_leases');
  });

  it('is stuck after three iterations without progress, and progress starts the count again', () => {
    const kinds = play(times(NO_PROGRESS_MAX, {})).map((decision) => decision.kind);
    expect(kinds).toEqual(['go_on', 'go_on', 'stuck']);
    expect(play([{}, {}, { progress: true }, {}, {}]).map((decision) => decision.kind)).toEqual(times(5, 'go_on'));
  });

  it('is stuck after the same error five times, not after different ones', () => {
    const same = play(times(SAME_ERROR_MAX, { error: 'model answered 401' }));
    expect(same.map((decision) => decision.kind)).toEqual([...times(4, 'go_on'), 'stuck']);
    expect(same.at(-1)).toMatchObject({ reason: 'same_error', message: expect.stringContaining('model answered 401') as string });
    const different = play(['a', 'b', 'a', 'b', 'a', 'b'].map((error) => ({ error })));
    expect(different.every((decision) => decision.kind === 'go_on')).toBe(true);
  });

  it('counts nothing while the gateway is down', () => {
    expect(play(times(30, { error: 'model not reachable', gatewayDown: true })).every((decision) => decision.kind === 'go_on')).toBe(true);
  });

  it('counts tools that are down neither as an error nor as lack of progress, and yields when they stay down', () => {
    const down = { toolsDown: true, error: 'MCP server did not start: factory' };
    const mixed = play([{}, {}, ...times(TOOLS_DOWN_MAX - 1, down), { progress: true }, ...times(TOOLS_DOWN_MAX - 1, down)]);
    expect(mixed.every((decision) => decision.kind === 'go_on')).toBe(true);
    const last = play(times(TOOLS_DOWN_MAX, down)).at(-1);
    expect(last).toMatchObject({ kind: 'yield', message: expect.stringContaining('tools') as string });
    expect(last?.kind === 'yield' && last.notBefore > now).toBe(true);
  });

  it('yields at a usage limit until it resets, and a while where no time is known', () => {
    const resetsAt = new Date('2026-11-23T15:57:00Z');
    expect(play([{ limit: { resetsAt } }])[0]).toMatchObject({ kind: 'yield', notBefore: resetsAt });
    const later = new Date(now.getTime() + LIMIT_DEFAULT_MS);
    expect(play([{ limit: { resetsAt: null } }])[0]).toMatchObject({ kind: 'yield', notBefore: later });
    expect(play([{ limit: { resetsAt: new Date('2020-01-01') } }])[0]).toMatchObject({ kind: 'yield', notBefore: later });
  });

  it('takes the agent at its word that it is stuck, before anything else', () => {
    expect(play([{ stuck: 'no key', openTasks: 0, limit: { resetsAt: null } }])[0]).toEqual({ kind: 'stuck', reason: 'agent', message: 'no key' });
  });
});
