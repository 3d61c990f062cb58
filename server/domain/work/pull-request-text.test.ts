import { describe, expect, it } from 'vitest';
import { BODY_MAX, pullRequestText, type PullRequestFacts, TITLE_MAX } from './pull-request-text.ts';

const facts = (change: Partial<PullRequestFacts> = {}): PullRequestFacts => ({
  title: 'Add a greeting',
  tasks: [
    { text: 'Write it', done: true, depth: 0, line: 1 },
    { text: 'Test it', done: false, depth: 1, line: 2 },
  ],
  verified: true,
  heading: null,
  verification: { command: 'npm test', exitCode: 0, commit: 'a'.repeat(40), log: 'ok 1\nok 2' },
  commit: 'a'.repeat(40),
  runs: 1,
  iterations: 3,
  tokens: 12_345,
  costUsd: 0.5,
  agent: 'claude',
  workItemUrl: 'http://localhost:3000/work/abc',
  issue: 7,
  ...change,
});
const body = (change: Partial<PullRequestFacts> = {}) => pullRequestText(facts(change)).body;

describe('pullRequestText', () => {
  it('shows the checked list, the evidence, the cost and the way back', () => {
    const text = body();
    for (const part of [
      '## What was done (1 of 2)',
      '- [x] Write it',
      '  - [ ] Test it',
      'npm test',
      `exit code 0, commit \`${'a'.repeat(40)}\``,
      'ok 1\nok 2',
      '| 1 | 3 | 12,345 | 0.50 | claude |',
      '(http://localhost:3000/work/abc)',
      'Closes #7',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('not verified');
  });

  it('says on top that nothing was verified where there is no command', () => {
    expect(body({ verified: null, verification: null }).split('\n')[1]).toBe('> **not verified: no command**');
  });

  it('is headed by why where the work is unfinished, and does not close the issue', () => {
    const text = body({ heading: 'stuck: no progress for 3 iterations' });
    expect(text).toContain('Not finished: stuck: no progress for 3 iterations');
    expect(text).toContain('Part of #7');
    expect(text).not.toMatch(/closes/i);
  });

  it('closes no issue where it came from none', () => {
    expect(body({ issue: null })).not.toMatch(/closes|part of/i);
  });

  it('makes the text of others harmless and hides secrets in it', () => {
    const secret = `ghp_${'a1B2'.repeat(9)}`;
    const tasks = [{ text: `Ask @octocat <img src=x> closes #9 ${secret}`, done: true, depth: 0, line: 1 }];
    const text = body({ tasks, verification: { command: 'x', exitCode: 0, commit: 'b'.repeat(40), log: `${secret}\n\`\`\`\n</details>` } });
    expect(text).not.toContain(secret);
    expect(text).not.toMatch(/@octocat|<img|#9/);
    expect(text).toContain('````text');
  });

  it("stays within GitHub's limits, whatever comes", () => {
    const tasks = Array.from({ length: 3000 }, (_, i) => ({ text: `${i} ${'<a@b '.repeat(300)}`, done: true, depth: 9, line: i }));
    const made = pullRequestText(
      facts({ title: '@a'.repeat(5000), tasks, verification: { command: 'c'.repeat(4000), exitCode: 0, commit: 'c'.repeat(40), log: '`'.repeat(900_000) } }),
    );
    expect(made.body.length).toBeLessThanOrEqual(BODY_MAX);
    expect(made.title.length).toBeLessThanOrEqual(TITLE_MAX);
    expect(made.body).toContain('more');
  });
});
