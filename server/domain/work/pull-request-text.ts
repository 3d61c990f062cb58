import { stripVTControlCharacters } from 'node:util';
import type { Task } from '../../contracts/rest.ts';
import { redact } from '../redaction.ts';
import { fenced, neutralise, stripInvisible } from '../learnings/untrusted-markdown.ts';

/** GitHub's limits, in characters. */
export const BODY_MAX = 65_536;
export const TITLE_MAX = 256;
/** Lines and characters of the verifier's log that are shown. */
const TAIL_LINES = 200;
const TAIL_MAX = 16_000;

export interface PullRequestFacts {
  title: string;
  tasks: readonly Task[];
  /** null: no verify command, nothing was judged. */
  verified: boolean | null;
  /** Why a person gets to see a draft of unfinished work: 'stuck: …'; null where the work was claimed done. */
  heading: string | null;
  verification: { command: string; exitCode: number; commit: string; log: string } | null;
  commit: string;
  runs: number;
  iterations: number;
  tokens: number;
  costUsd: number;
  agent: string;
  workItemUrl: string;
  /** Number of the issue it came from, where that is in the same repository. */
  issue: number | null;
}

/**
 * Title and body of the pull request. What others wrote (title, tasks, log, heading) is redacted and made harmless;
 * the body is never over GitHub's 65,536 characters: the log shrinks first, then the list of tasks.
 */
export function pullRequestText(facts: PullRequestFacts): { title: string; body: string } {
  const title = cut(neutralise(redact(facts.title)) || 'Work of the factory', TITLE_MAX);
  for (const [tailMax, taskMax] of [
    [TAIL_MAX, 500],
    [4_000, 200],
    [0, 50],
  ] as const) {
    const body = compose(facts, tailMax, taskMax);
    if (body.length <= BODY_MAX) return { title, body };
  }
  return { title, body: compose(facts, 0, 0) };
}

function compose(facts: PullRequestFacts, tailMax: number, taskMax: number): string {
  return [...heading(facts), ...done(facts.tasks, taskMax), ...evidence(facts, tailMax), ...costs(facts), ...issueLine(facts)].join('\n');
}

function heading(facts: PullRequestFacts): string[] {
  if (facts.heading !== null) return [`> [!WARNING]\n> **Not finished: ${cut(neutralise(redact(facts.heading)), 500)}**`, ''];
  if (facts.verified === null)
    return ['> [!WARNING]\n> **not verified: no command**', '>', '> The work item names no verify command, so nothing was checked.', ''];
  return [];
}

function done(tasks: readonly Task[], max: number): string[] {
  const checked = tasks.filter((task) => task.done).length;
  const lines = tasks
    .slice(0, max)
    .map((task) => `${'  '.repeat(Math.min(task.depth, 8))}- [${task.done ? 'x' : ' '}] ${cut(neutralise(redact(task.text)), 1_000)}`);
  const rest = tasks.length - lines.length;
  return [`## What was done (${checked} of ${tasks.length})`, '', ...lines, ...(rest > 0 ? [`- … and ${rest} more`] : []), ''];
}

function evidence({ verification, commit }: PullRequestFacts, tailMax: number): string[] {
  if (!verification) return ['## Evidence', '', `Nothing was checked by the factory. Commit \`${commit}\`.`, ''];
  const verdict = verification.exitCode === 0 ? 'passed' : 'failed';
  const log = tail(redact(stripInvisible(stripVTControlCharacters(verification.log))), tailMax);
  return [
    '## Evidence',
    '',
    `The factory ran the verify command in a clean checkout without any agent: **${verdict}**, exit code ${verification.exitCode}, commit \`${verification.commit}\`.`,
    '',
    fenced(cut(redact(stripInvisible(verification.command)), 4_000)),
    '',
    ...(log ? ['<details><summary>End of its output</summary>', '', fenced(log), '', '</details>', ''] : []),
  ];
}

function costs(facts: PullRequestFacts): string[] {
  return [
    '## Cost',
    '',
    '| Runs | Iterations | Tokens | USD | Agent |',
    '| ---: | ---: | ---: | ---: | --- |',
    `| ${facts.runs} | ${facts.iterations} | ${facts.tokens.toLocaleString('en-US')} | ${facts.costUsd.toFixed(2)} | ${neutralise(facts.agent)} |`,
    '',
    `[Work item](${facts.workItemUrl})`,
    '',
  ];
}

function issueLine({ issue, heading: unfinished }: PullRequestFacts): string[] {
  if (issue === null) return [];
  // Merging unfinished work must not close the issue.
  return [unfinished === null ? `Closes #${issue}` : `Part of #${issue}`, ''];
}

function tail(text: string, max: number): string {
  if (max === 0) return '';
  return text.trimEnd().split(/\r?\n/).slice(-TAIL_LINES).join('\n').slice(-max);
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}
