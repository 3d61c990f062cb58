/**
 * Words and bounds that the screens name. They stand apart from the schemas that are made of them, so that a browser which only offers
 * a choice loads no parser.
 */

/** viewer looks; member makes and steers work; admin has settings, members and tokens besides. */
export const ROLES = ['admin', 'member', 'viewer'] as const;
/** What an API token may do: look; make and steer work; set the limits and the pause of the factory besides. */
export const TOKEN_SCOPES = ['read', 'submit', 'admin'] as const;

export const PRIORITIES = ['critical', 'high', 'medium', 'low'] as const;

export const WORK_ITEM_STATES = [
  'draft',
  'awaiting_approval',
  'queued',
  'running',
  'in_review',
  'merged',
  'paused',
  'stuck',
  'failed',
  'cancelled',
  'closed',
  'completed',
] as const;

export const LEARNING_KINDS = ['pattern', 'gotcha', 'approach'] as const;
export const LEARNING_STATES = ['proposed', 'approved', 'disabled'] as const;
/** Files of a repository that learnings may be proposed to. */
export const LEARNINGS_FILES = ['AGENTS.md', 'CLAUDE.md'] as const;

export const METRICS_PERIODS = ['day', 'week', 'month', 'quarter'] as const;

/** Largest spec that is taken, in bytes of UTF-8. */
export const SPEC_MAX_BYTES = 256 * 1024;
/** Highest caps of a work item. */
export const ITERATIONS_MAX = 1_000;
export const USD_MAX = 10_000;
/** Longest texts that work is searched and filtered by, in characters. */
export const WORK_TEXT_MAX = { q: 200, repo: 500, source: 64 };
/** Longest word to a worker, in characters. */
export const MESSAGE_MAX = 4_000;
/** Longest reason of a pause of the factory, in characters. */
export const PAUSE_REASON_MAX = 200;
export const LEARNING_TEXT_MAX = 2_000;
export const LEARNING_QUERY_MAX = 1_000;

/** The test stream of /healthz/stream: so many events, so far apart. */
export const TEST_STREAM = { events: 5, everyMs: 150 } as const;

/** One of the words, where `text` is one. */
export function oneOf<W extends string>(words: readonly W[], text: string): W | undefined {
  return words.find((word) => word === text);
}
