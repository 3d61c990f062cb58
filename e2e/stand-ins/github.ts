import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createEmulator } from 'emulate';
import { freePort } from '../factory.ts';
import { serveGit } from './git-http.ts';

const git = promisify(execFile);

export interface StandInRepository {
  owner: string;
  name: string;
  /** First commit on `main`: path → content. */
  files?: Record<string, string>;
  /** Login → permission; the owner is an admin always. */
  collaborators?: Record<string, 'admin' | 'maintain' | 'push' | 'triage' | 'pull'>;
}

export interface StandInPull {
  number: number;
  state: 'open' | 'closed';
  merged: boolean;
  draft: boolean;
  title: string;
  body: string | null;
  html_url: string;
  head: { ref: string; sha: string };
  base: { ref: string };
}

/** Makes the next matching API calls go wrong. */
export interface StandInFault {
  method: string;
  path: RegExp;
  status: number;
  headers?: Record<string, string>;
  times?: number;
  /** The call is carried out, and only its answer is lost: what a kill in between looks like. */
  answerLost?: boolean;
}

/** An OAuth app, as one is registered on GitHub. */
export interface StandInOAuthApp {
  clientId: string;
  clientSecret: string;
  /** Callbacks that it may send people back to. */
  redirectUris: string[];
}

export interface GitHubStandIn {
  apiUrl: string;
  serverUrl: string;
  /** Token of the first repository's owner. */
  token: string;
  /** Token of another user that `users` or `collaborators` named. */
  tokenOf: (login: string) => string;
  bareRepoPath: (owner: string, name: string) => string;
  /** `git` in the bare repository, trimmed stdout. */
  git: (owner: string, name: string, ...args: string[]) => Promise<string>;
  pulls: (owner: string, name: string) => Promise<StandInPull[]>;
  createIssue: (owner: string, name: string, issue: { title: string; body: string; by?: string }) => Promise<number>;
  label: (owner: string, name: string, issue: number, label: string, by?: string) => Promise<void>;
  mergePull: (owner: string, name: string, number: number) => Promise<void>;
  closePull: (owner: string, name: string, number: number) => Promise<void>;
  fail: (fault: StandInFault) => void;
  /** API calls so far, as `METHOD /path`. */
  calls: string[];
  close: () => Promise<void>;
}

/**
 * GitHub on loopback: `emulate` for the API, `git http-backend` over real bare repositories for git, behind one port.
 * What emulate lacks is put right in front of it: unknown tokens get 401, an unknown head and a second open pull request
 * for the same head get 422, a pull request's head follows the pushes, and a pull request is read as an issue too.
 */
export async function startGitHub(options: {
  repos: StandInRepository[];
  users?: string[];
  /** Organisation → logins of its members, who are among `users`. */
  orgs?: Record<string, string[]>;
  oauthApp?: StandInOAuthApp;
}): Promise<GitHubStandIn> {
  const root = mkdtempSync(join(tmpdir(), 'github-'));
  chmodSync(root, 0o755);
  const owner0 = options.repos[0]?.owner ?? 'acme';
  const logins = [...new Set([owner0, ...options.repos.flatMap((r) => [r.owner, ...Object.keys(r.collaborators ?? {})]), ...(options.users ?? [])])];
  const tokenOf = (login: string) => `ghp_standin${Buffer.from(login).toString('hex').padEnd(29, '0')}`;
  const known = new Map(logins.map((login) => [tokenOf(login), login]));
  const bareRepoPath = (owner: string, name: string) => join(root, owner, `${name}.git`);
  for (const repo of options.repos) await createBareRepository(bareRepoPath(repo.owner, repo.name), repo.files ?? { 'README.md': `# ${repo.name}\n` });

  const port = await freePort();
  const serverUrl = `http://127.0.0.1:${port}`;
  const innerPort = await freePort();
  const emulator = await createEmulator({
    service: 'github',
    port: innerPort,
    baseUrl: serverUrl,
    seed: {
      tokens: Object.fromEntries(logins.map((login) => [tokenOf(login), { login, scopes: ['repo', 'user'] }])),
      github: {
        users: logins.map((login) => ({ login })),
        repos: options.repos.map(({ owner, name }) => ({ owner, name, auto_init: true })),
        orgs: Object.entries(options.orgs ?? {}).map(([login, members]) => ({ login, members: members.map((member) => ({ login: member })) })),
        ...(options.oauthApp
          ? {
              oauth_apps: [
                {
                  name: 'AI Software Factory',
                  client_id: options.oauthApp.clientId,
                  client_secret: options.oauthApp.clientSecret,
                  redirect_uris: options.oauthApp.redirectUris,
                },
              ],
            }
          : {}),
      },
    },
  });

  const faults: StandInFault[] = [];
  const calls: string[] = [];
  const inner = `http://127.0.0.1:${innerPort}`;

  const call = async (method: string, path: string, body?: unknown, login = owner0): Promise<{ status: number; json: unknown }> => {
    const response = await fetch(inner + path, {
      method,
      headers: { authorization: `Bearer ${tokenOf(login)}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, json: text ? (JSON.parse(text) as unknown) : null };
  };
  const must = async (...args: Parameters<typeof call>): Promise<unknown> => {
    const { status, json } = await call(...args);
    if (status >= 400) throw new Error(`${args[0]} ${args[1]}: ${status} ${JSON.stringify(json)}`);
    return json;
  };
  const inBare = async (owner: string, name: string, ...args: string[]) =>
    (await git('git', ['-c', 'safe.directory=*', '-C', bareRepoPath(owner, name), ...args])).stdout.trim();
  const tip = (owner: string, name: string, branch: string) =>
    inBare(owner, name, 'rev-parse', '--verify', '--quiet', `refs/heads/${branch}`).catch(() => null);

  /** The pull request as GitHub would show it: its head is the branch's tip. */
  const follow = async (owner: string, name: string, value: unknown): Promise<unknown> => {
    if (Array.isArray(value)) return Promise.all(value.map((one) => follow(owner, name, one)));
    const pull = value as Partial<StandInPull> | null;
    if (!pull?.head?.ref) return value;
    const sha = await tip(owner, name, pull.head.ref);
    return { ...pull, head: { ...pull.head, ...(sha ? { sha } : {}) } };
  };

  for (const repo of options.repos) {
    for (const [login, permission] of Object.entries(repo.collaborators ?? {})) {
      await must('PUT', `/repos/${repo.owner}/${repo.name}/collaborators/${login}`, { permission }, repo.owner);
    }
  }
  const pulls = async (owner: string, name: string): Promise<StandInPull[]> =>
    (await follow(owner, name, await must('GET', `/repos/${owner}/${name}/pulls?state=all&per_page=100`, undefined, owner))) as StandInPull[];

  /** Why the real GitHub would not take the new pull request; null where it would. */
  const refusePull = async (owner: string, name: string, body: { head?: string; base?: string }): Promise<string | null> => {
    const [login, branch] = (body.head ?? '').includes(':') ? (body.head ?? '').split(':', 2) : [owner, body.head];
    if (login !== owner || !branch || !(await tip(owner, name, branch))) return 'head invalid';
    if (!body.base || !(await tip(owner, name, body.base))) return 'base invalid';
    const ahead = await inBare(owner, name, 'rev-list', '--count', `refs/heads/${body.base}..refs/heads/${branch}`);
    if (ahead === '0') return `No commits between ${body.base} and ${branch}`;
    const open = (await pulls(owner, name)).some((pull) => pull.state === 'open' && pull.head.ref === branch && pull.base.ref === body.base);
    return open ? `A pull request already exists for ${owner}:${branch}.` : null;
  };

  const serveApi = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', serverUrl);
    const method = request.method ?? 'GET';
    calls.push(`${method} ${url.pathname}`);
    const body = await readAll(request);
    const answer = (status: number, json: unknown, headers: Record<string, string> = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json));
    const token = (request.headers.authorization ?? '').replace(/^(bearer|token)\s+/i, '');
    if (!known.has(token)) return void answer(401, { message: 'Bad credentials' });
    const at = faults.findIndex((fault) => fault.method === method && fault.path.test(url.pathname));
    const fault = faults[at];
    if (fault && (fault.times = (fault.times ?? 1) - 1) <= 0) faults.splice(at, 1);
    if (fault && !fault.answerLost) return void answer(fault.status, { message: `stand-in fault ${fault.status}` }, fault.headers);

    const pullsOf = /^\/repos\/([^/]+)\/([^/]+)\/pulls(?:\/\d+)?$/.exec(url.pathname);
    const [, owner = '', name = ''] = pullsOf ?? [];
    if (pullsOf && method === 'POST') {
      const why = await refusePull(owner, name, JSON.parse(body.toString('utf8')) as { head?: string; base?: string });
      if (why) return void answer(422, { message: 'Validation Failed', errors: [{ resource: 'PullRequest', message: why }] });
    }
    const upstream = await fetch(inner + url.pathname + url.search, {
      method,
      headers: { authorization: request.headers.authorization ?? '', 'content-type': request.headers['content-type'] ?? 'application/json' },
      ...(method === 'GET' || method === 'HEAD' ? {} : { body: new Uint8Array(body) }),
    });
    const text = await upstream.text();
    const issueOf = /^(\/repos\/[^/]+\/[^/]+)\/issues\/(\d+)$/.exec(url.pathname);
    if (issueOf && method === 'GET' && upstream.status === 404) {
      const pull = await call('GET', `${issueOf[1]}/pulls/${issueOf[2]}`);
      if (pull.status === 200) return void answer(200, { ...(pull.json as object), pull_request: {} });
    }
    if (fault?.answerLost) return void response.destroy();
    const headers: Record<string, string> = {};
    for (const key of ['link', 'x-ratelimit-remaining', 'x-ratelimit-reset']) {
      const value = upstream.headers.get(key);
      if (value) headers[key] = value;
    }
    if (!text) return void response.writeHead(upstream.status, headers).end();
    const json: unknown = JSON.parse(text);
    answer(upstream.status, pullsOf && upstream.ok ? await follow(owner, name, json) : json, headers);
  };

  /** The pages and the token endpoint of signing in, as emulate has them; a token that it gives out is known from then on. */
  const serveOAuth = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = request.method ?? 'GET';
    const body = await readAll(request);
    const pass = Object.fromEntries(
      ['content-type', 'accept', 'cookie', 'authorization'].flatMap((name) => {
        const value = request.headers[name];
        return typeof value === 'string' ? [[name, value]] : [];
      }),
    );
    const upstream = await fetch(inner + (request.url ?? '/'), {
      method,
      headers: pass,
      redirect: 'manual',
      ...(method === 'GET' ? {} : { body: new Uint8Array(body) }),
    });
    const text = await upstream.text();
    const given = /gho_[\w-]+/.exec(text)?.[0];
    if (given) known.set(given, 'oauth');
    const headers: Record<string, string> = { 'content-type': upstream.headers.get('content-type') ?? 'text/plain' };
    const to = upstream.headers.get('location');
    if (to) headers.location = to;
    response.writeHead(upstream.status, headers).end(text);
  };

  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (/^\/[^/]+\/[^/]+\.git\//.test(path)) {
      const [, basic = ''] = (request.headers.authorization ?? '').split(' ');
      const password = Buffer.from(basic, 'base64').toString('utf8').split(':').slice(1).join(':');
      const user = known.get(password);
      if (!user) return void response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"' }).end();
      return serveGit(request, response, { root, user });
    }
    (path.startsWith('/login/oauth/') ? serveOAuth : serveApi)(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: String(error) }));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));

  return {
    apiUrl: serverUrl,
    serverUrl,
    token: tokenOf(owner0),
    tokenOf,
    bareRepoPath,
    git: inBare,
    pulls,
    calls,
    createIssue: async (owner, name, issue) => {
      const made = await must('POST', `/repos/${owner}/${name}/issues`, { title: issue.title, body: issue.body }, issue.by ?? owner);
      return (made as { number: number }).number;
    },
    label: async (owner, name, issue, label, by = owner) => {
      await must('POST', `/repos/${owner}/${name}/issues/${issue}/labels`, { labels: [label] }, by);
    },
    mergePull: async (owner, name, number) => {
      await must('PUT', `/repos/${owner}/${name}/pulls/${number}/merge`, {}, owner);
    },
    closePull: async (owner, name, number) => {
      await must('PATCH', `/repos/${owner}/${name}/pulls/${number}`, { state: 'closed' }, owner);
    },
    fail: (fault) => void faults.push({ ...fault }),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await emulator.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A bare repository whose `main` has one commit with the files. */
export async function createBareRepository(path: string, files: Record<string, string>): Promise<void> {
  mkdirSync(path, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'seed-'));
  const run = (...args: string[]) =>
    git('git', ['-c', 'user.name=Owner', '-c', 'user.email=owner@example.com', '-c', 'init.defaultBranch=main', '-c', 'safe.directory=*', ...args]);
  try {
    await run('init', '--quiet', '--bare', path);
    await run('init', '--quiet', work);
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(dirname(join(work, file)), { recursive: true });
      writeFileSync(join(work, file), content);
    }
    await run('-C', work, 'add', '-A');
    await run('-C', work, 'commit', '--quiet', '-m', 'First commit');
    await run('-C', work, 'push', '--quiet', path, 'HEAD:refs/heads/main');
    await run('-C', path, 'symbolic-ref', 'HEAD', 'refs/heads/main');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
