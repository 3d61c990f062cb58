import { Octokit } from '@octokit/rest';
import { z } from 'zod';

/** One call may take this long, its retries not counted. */
const TIMEOUT_MS = 20_000;
/** A GET that met a 5xx, a lost connection or a time limit is tried this often in all. */
const GET_ATTEMPTS = 3;

/** A refusal of GitHub. `transient`: the same call may succeed later, not before `resetAt` where that is known. */
export class GitHubError extends Error {
  readonly status: number | null;
  readonly transient: boolean;
  readonly resetAt: Date | null;

  constructor(message: string, detail: { status: number | null; transient: boolean; resetAt: Date | null; cause?: unknown }) {
    super(message, { cause: detail.cause });
    this.name = 'GitHubError';
    this.status = detail.status;
    this.transient = detail.transient;
    this.resetAt = detail.resetAt;
  }
}

const pullSchema = z
  .object({
    number: z.number().int(),
    html_url: z.string(),
    state: z.enum(['open', 'closed']),
    merged_at: z.string().nullish(),
    draft: z.boolean().nullish(),
  })
  .transform((pull) => ({
    number: pull.number,
    url: pull.html_url,
    state: pull.state,
    merged: typeof pull.merged_at === 'string',
    draft: pull.draft ?? false,
  }));
export type PullRequest = z.output<typeof pullSchema>;

const issueSchema = z
  .object({ number: z.number().int(), title: z.string(), body: z.string().nullish(), html_url: z.string(), pull_request: z.unknown().optional() })
  .transform((issue) => ({
    number: issue.number,
    title: issue.title,
    body: issue.body ?? '',
    url: issue.html_url,
    isPullRequest: Boolean(issue.pull_request),
  }));
export type Issue = z.output<typeof issueSchema>;

const issueEventSchema = z.object({
  event: z.string().nullish(),
  created_at: z.string().nullish(),
  actor: z.object({ login: z.string() }).nullish(),
  label: z.object({ name: z.string() }).nullish(),
});
const permissionSchema = z.object({ permission: z.string(), role_name: z.string().nullish() });
const WRITERS = new Set(['admin', 'maintain', 'write']);

/** All that the factory asks of GitHub. `repo` is `owner/name`; every call throws GitHubError. */
export interface GitHub {
  defaultBranch: (repo: string) => Promise<string>;
  /** Pull requests of the repository's own branch, any state, newest first. */
  findPullRequests: (input: { repo: string; branch: string }) => Promise<PullRequest[]>;
  createPullRequest: (input: { repo: string; branch: string; base: string; title: string; body: string; draft: boolean }) => Promise<PullRequest>;
  updatePullRequest: (input: { repo: string; number: number; title: string; body: string }) => Promise<PullRequest>;
  getPullRequest: (input: { repo: string; number: number }) => Promise<PullRequest>;
  getIssue: (input: { repo: string; number: number }) => Promise<Issue>;
  /** Open issues with the label, oldest first, pull requests left out. */
  listLabelledIssues: (input: { repo: string; label: string }) => Promise<Issue[]>;
  /** Who put the label on last; null where no such event is kept. */
  labelledBy: (input: { repo: string; number: number; label: string }) => Promise<{ login: string; at: string } | null>;
  canWrite: (input: { repo: string; login: string }) => Promise<boolean>;
}

export interface GitHubOptions {
  /** GITHUB_API_URL */
  apiUrl: string;
  token: string;
  signal?: AbortSignal;
  /** Pause before the n-th retry of a GET, n from 1; for tests. */
  retryDelayMs?: (n: number) => number;
}

/** The client of one API address and one token. */
export function createGitHub(options: GitHubOptions): GitHub {
  const octokit = new Octokit({
    auth: options.token,
    baseUrl: options.apiUrl.replace(/\/+$/, ''),
    userAgent: 'ai-software-factory',
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    request: { fetch: boundedFetch(options) },
  });
  const target = (repo: string) => {
    const [owner = '', name = ''] = repo.split('/', 2);
    return { owner, repo: name };
  };

  return {
    defaultBranch: (repo) =>
      ask(`read ${repo}`, async () => z.object({ default_branch: z.string().min(1) }).parse((await octokit.repos.get(target(repo))).data).default_branch),
    findPullRequests: ({ repo, branch }) =>
      ask(`list the pull requests of ${repo}`, async () => {
        const { owner } = target(repo);
        const { data } = await octokit.pulls.list({
          ...target(repo),
          state: 'all',
          head: `${owner}:${branch}`,
          sort: 'created',
          direction: 'desc',
          per_page: 30,
        });
        return z.array(pullSchema).parse(data);
      }),
    createPullRequest: ({ repo, branch, base, title, body, draft }) =>
      ask(`open a pull request in ${repo}`, async () =>
        pullSchema.parse((await octokit.pulls.create({ ...target(repo), head: branch, base, title, body, draft })).data),
      ),
    updatePullRequest: ({ repo, number, title, body }) =>
      ask(`update ${repo}#${number}`, async () => pullSchema.parse((await octokit.pulls.update({ ...target(repo), pull_number: number, title, body })).data)),
    getPullRequest: ({ repo, number }) =>
      ask(`read ${repo}#${number}`, async () => pullSchema.parse((await octokit.pulls.get({ ...target(repo), pull_number: number })).data)),
    getIssue: ({ repo, number }) =>
      ask(`read ${repo}#${number}`, async () => issueSchema.parse((await octokit.issues.get({ ...target(repo), issue_number: number })).data)),
    listLabelledIssues: ({ repo, label }) =>
      ask(`list the issues of ${repo}`, async () => {
        const rows = await octokit.paginate(octokit.issues.listForRepo, {
          ...target(repo),
          state: 'open',
          labels: label,
          sort: 'created',
          direction: 'asc',
          per_page: 100,
        });
        return z
          .array(issueSchema)
          .parse(rows)
          .filter((issue) => !issue.isPullRequest);
      }),
    labelledBy: ({ repo, number, label }) =>
      ask(`read who labelled ${repo}#${number}`, async () => {
        const rows = z
          .array(issueEventSchema)
          .parse(await octokit.paginate(octokit.issues.listEvents, { ...target(repo), issue_number: number, per_page: 100 }));
        const wanted = label.toLowerCase();
        const last = rows.filter((row) => row.event === 'labeled' && row.label?.name.toLowerCase() === wanted).at(-1);
        return last?.actor ? { login: last.actor.login, at: last.created_at ?? '' } : null;
      }),
    canWrite: ({ repo, login }) =>
      ask(`read the permission of ${login} in ${repo}`, async () => {
        try {
          const { data } = await octokit.repos.getCollaboratorPermissionLevel({ ...target(repo), username: login });
          const { permission, role_name: role } = permissionSchema.parse(data);
          return WRITERS.has(permission) || WRITERS.has(role ?? '');
        } catch (error) {
          // 404: the user is no collaborator, or is gone. Both mean no.
          if (statusOf(error) === 404) return false;
          throw error;
        }
      }),
  };
}

/** fetch with a time limit for each try; only a GET is tried again, the outbox looks before it repeats the rest. */
function boundedFetch(options: GitHubOptions): typeof fetch {
  const delay = options.retryDelayMs ?? ((n: number) => 500 * 4 ** (n - 1));
  return async (input, init) => {
    const attempts = (init?.method ?? 'GET').toUpperCase() === 'GET' ? GET_ATTEMPTS : 1;
    for (let n = 1; ; n += 1) {
      const signals = [AbortSignal.timeout(TIMEOUT_MS), ...(options.signal ? [options.signal] : []), ...(init?.signal ? [init.signal] : [])];
      const signal = AbortSignal.any(signals);
      try {
        const response = await fetch(input, { ...init, signal });
        if (response.status < 500 || n >= attempts) return response;
        await response.body?.cancel();
      } catch (error) {
        if (n >= attempts || options.signal?.aborted) throw error;
      }
      await pause(delay(n), options.signal);
    }
  };
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}

async function ask<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toGitHubError(what, error);
  }
}

const failureSchema = z.object({
  status: z.number().int(),
  response: z
    .object({
      headers: z.record(z.string(), z.unknown()).default({}),
      data: z.object({ message: z.string().optional(), errors: z.array(z.unknown()).optional() }).catch({}),
    })
    .optional(),
});

function statusOf(error: unknown): number | null {
  const parsed = failureSchema.safeParse(error);
  return parsed.success ? parsed.data.status : null;
}

/** Decides by status and rate-limit headers, never by the words. */
function toGitHubError(what: string, error: unknown): GitHubError {
  if (error instanceof z.ZodError) {
    return new GitHubError(`Could not ${what}: GitHub's answer has another shape than expected.`, {
      status: null,
      transient: false,
      resetAt: null,
      cause: error,
    });
  }
  const parsed = failureSchema.safeParse(error);
  const response = parsed.success ? parsed.data.response : undefined;
  if (!parsed.success || !response) {
    const words = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error);
    return new GitHubError(`Could not ${what}: GitHub cannot be reached (${words}).`, { status: null, transient: true, resetAt: null, cause: error });
  }
  const { status } = parsed.data;
  const resetAt = rateLimitReset(status, response.headers);
  const errors = (response.data.errors ?? []).flatMap((one) => z.object({ message: z.string() }).safeParse(one).data?.message ?? []);
  const words = [response.data.message ?? 'no message', ...errors].join(': ');
  return new GitHubError(`Could not ${what}: GitHub answered ${status} (${words}).`, {
    status,
    transient: status >= 500 || status === 408 || status === 429 || resetAt !== null,
    resetAt,
    cause: error,
  });
}

/** When the limit ends: retry-after (seconds) before x-ratelimit-reset (epoch seconds); null where no limit was met. */
function rateLimitReset(status: number, headers: Record<string, unknown>): Date | null {
  if (status !== 403 && status !== 429) return null;
  const retryAfter = Number(headers['retry-after']);
  if (headers['retry-after'] !== undefined && Number.isFinite(retryAfter)) return new Date(Date.now() + retryAfter * 1000);
  const reset = Number(headers['x-ratelimit-reset']);
  return String(headers['x-ratelimit-remaining']) === '0' && Number.isFinite(reset) ? new Date(reset * 1000) : null;
}
