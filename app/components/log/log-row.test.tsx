import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { appendEvents, EMPTY_LOG, type LogLine } from './log-lines.ts';
import { LogRow } from './log-row.tsx';

const HOSTILE = '\u001b[31m<img src=x onerror="alert(1)">\u001b[0m\u001b]8;;javascript:alert(1)\u001b\\click\u001b]8;;\u001b\\';
const head = { v: 1, workerSeq: 1, ts: '2026-01-01T00:00:00.000Z' } as const;
const [text, call] = appendEvents(
  EMPTY_LOG,
  [
    { seq: 1, runId: 'r', event: { ...head, type: 'agent.text', text: HOSTILE } },
    { seq: 2, runId: 'r', event: { ...head, type: 'agent.tool_use', toolUseId: 't', tool: HOSTILE, input: HOSTILE } },
    { seq: 3, runId: 'r', event: { ...head, type: 'agent.tool_result', toolUseId: 't', text: `${HOSTILE}\n${HOSTILE}`, isError: true } },
  ],
  10,
).lines as [LogLine, LogLine];

const drawn = (line: LogLine, raw = false) =>
  renderToStaticMarkup(<LogRow line={line} looks={{ wrap: true, times: false, raw }} marked={false} open turn={() => undefined} link={() => undefined} />);

test('what an agent prints is text with colours in a row, its folds and its raw look, never markup or a link of its own', () => {
  for (const html of [drawn(text), drawn(call), drawn(text, true)]) {
    expect(html).toContain('&lt;img src=x onerror=');
    expect(html).not.toContain('<img');
    expect(html.match(/href="[^"]*"/g)).toEqual([expect.stringMatching(/^href="\?line=\d"$/)]);
  }
  expect(drawn(text)).toMatch(/<span style="[^"]*color:[^"]*">&lt;img/);
});

test('a call is drawn with what came back and that it failed; closed, it draws neither', () => {
  expect(drawn(call)).toContain('failed');
  expect(drawn(call).match(/&lt;img/g)?.length).toBeGreaterThan(3);
});
