import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WorkItemView } from '../../server/contracts/rest.ts';
import { type Factory, startFactory, until } from '../factory.ts';
import { type GitHubStandIn, startGitHub } from '../stand-ins/github.ts';
import { type ModelScript, type ScriptedModel, specScript, startScriptedModel } from '../stand-ins/model.ts';

const MODEL_KEY = 'sk-ant-test-key-that-no-worker-may-see';
const CANARY = 'canary-7f3a9c';
const LEARNING = 'Teas are listed in DONE.md, one a line';

let factory: Factory;
let github: GitHubStandIn;
let model: ScriptedModel;

beforeAll(async () => {
  github = await startGitHub({ repos: [{ owner: 'acme', name: 'shop', files: { 'README.md': '# Shop\n' } }], users: ['outsider'] });
  // The first task's command prints a canary into the tool's result; the model repeats it as text.
  model = await startScriptedModel({ script: withLearning(specScript({ command: (task) => `echo '${CANARY}' && echo '${task}' >> DONE.md` })) });
  factory = await startFactory({
    env: {
      RUNTIME: 'process',
      AGENT: 'claude',
      ANTHROPIC_API_KEY: MODEL_KEY,
      ANTHROPIC_BASE_URL: model.url,
      GITHUB_TOKEN: github.token,
      GITHUB_API_URL: github.apiUrl,
      GITHUB_SERVER_URL: github.serverUrl,
      REPOS: 'acme/shop',
    },
  });
}, 400_000);
afterAll(async () => {
  await factory.stop();
  await model.close();
  await github.close();
});

/** With the first answer for green tea, the factory's tools are called too. */
function withLearning(script: ModelScript): ModelScript {
  return (turn) => {
    const answer = script(turn);
    if (answer.kind !== 'tools' || turn.turn > 0 || !answer.text?.includes('green tea')) return answer;
    const save = { name: 'mcp__factory__save_learning', input: { kind: 'pattern', text: LEARNING, file: 'DONE.md' } } as const;
    return { ...answer, calls: [...answer.calls, save, { name: 'mcp__factory__search_learnings', input: { q: 'teas' } }] };
  };
}

async function find(test: (item: WorkItemView) => boolean): Promise<WorkItemView | undefined> {
  const { items } = (await (await factory.api('/api/work')).json()) as { items: { id: string }[] };
  for (const { id } of items) {
    const item = (await (await factory.api(`/api/work/${id}`)).json()) as WorkItemView;
    if (test(item)) return item;
  }
  return undefined;
}

test('a spec becomes one pull request by the real Claude Code CLI', { timeout: 300_000 }, async () => {
  const spec = '# Sell tea\n\n- [ ] Offer green tea\n- [ ] Offer black tea';
  const created = await factory.api('/api/work', {
    method: 'POST',
    body: JSON.stringify({ repo: 'acme/shop', spec, verify: 'grep -q "black tea" DONE.md' }),
  });
  expect(created.status).toBe(201);
  const { id } = (await created.json()) as WorkItemView;
  const item = await until('the pull request', () => find((each) => each.id === id && !['queued', 'running'].includes(each.state)), 240_000);
  expect(item).toMatchObject({ state: 'in_review', verified: true, lastError: null, tasks: { done: 2, total: 2 } });
  expect(item.runs[0]).toMatchObject({ reason: 'verified', agent: 'claude', isolated: false, iterations: 2 });
  expect(item.runs[0]?.tokens).toBeGreaterThan(0);
  expect(item.runs[0]?.costUsd).toBeGreaterThan(0);

  const pulls = await github.pulls('acme', 'shop');
  expect(pulls).toHaveLength(1);
  expect(pulls[0]).toMatchObject({ head: { ref: item.branch }, base: { ref: 'main' }, draft: false });
  expect(pulls[0]?.body).toContain('- [x] Offer green tea');
  expect(await github.git('acme', 'shop', 'rev-parse', `refs/heads/${item.branch}`)).toContain(item.headCommit ?? 'no commit');

  // Fresh context: what iteration 1 saw is not in iteration 2's first request.
  const firstOfEach = model.requests().filter((request) => request.path.endsWith('/v1/messages') && !request.body.includes('tool_result'));
  const second = firstOfEach.filter((request) => request.body.includes('Offer black tea')).at(-1);
  expect(model.requests().some((request) => request.body.includes(CANARY))).toBe(true);
  expect(second?.body).not.toContain(CANARY);
  // The agent called the factory's tools once each: what it saved is stored, and found again with its source.
  const learnings = await factory.sql('SELECT kind, text, repo, run_id, file, commit IS NOT NULL AS at_commit, state, seen FROM learning');
  expect(learnings).toEqual([
    { kind: 'pattern', text: LEARNING, repo: 'acme/shop', run_id: item.runs[0]?.id, file: 'DONE.md', at_commit: true, state: 'approved', seen: 1 },
  ]);
  const log = await (await factory.api(`/api/work/${id}/events?after=0`)).text();
  expect(log).toContain(`learning saved (pattern, DONE.md): ${LEARNING}`);
  expect(log).toContain('"tool":"mcp__factory__save_learning"');
  expect(model.requests().some((request) => request.body.includes(`run ${item.runs[0]?.id}`))).toBe(true);
  // The real credential went to the model, put in by the gateway.
  expect(model.requests().every((request) => request.headers['x-api-key'] === MODEL_KEY)).toBe(true);
});

test('a labelled issue becomes one work item, and its pull request closes it', { timeout: 300_000 }, async () => {
  const number = await github.createIssue('acme', 'shop', { title: 'Sell coffee', body: 'Please.\n\n- [ ] Offer coffee\n\n<!-- hidden -->' });
  await github.label('acme', 'shop', number, 'ai-factory');
  const item = await until('the pull request', () => find((each) => each.sourceId === `acme/shop#${number}` && each.state === 'in_review'), 240_000);
  expect(item.spec).not.toContain('hidden');
  expect(item.verified).toBeNull();
  const pull = (await github.pulls('acme', 'shop')).find((each) => each.head.ref === item.branch);
  expect(pull?.draft).toBe(true);
  expect(pull?.body).toContain(`Closes #${number}`);
  expect(pull?.body?.toLowerCase()).toContain('not verified');
});

test('no secret is in what is kept on disk of the workers, nor in the web process', { timeout: 60_000 }, async () => {
  const secrets = [MODEL_KEY, github.token];
  for (const path of filesBelow(join(factory.dataDir, 'runs'))) {
    const text = readFileSync(path, 'latin1');
    for (const secret of secrets) expect(text.includes(secret), `${path} holds a secret`).toBe(false);
  }
  const web = await until('the web process', () => pidOf('web-process.mjs'));
  const environment = readFileSync(`/proc/${web}/environ`, 'utf8');
  for (const secret of secrets) expect(environment.includes(secret)).toBe(false);
});

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The process of this factory whose command line holds the word: a child of `npm start`. */
function pidOf(word: string): number | undefined {
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1]);
      if (command.includes(word) && parent === factory.pid) return Number(name);
    } catch {
      continue; // gone meanwhile
    }
  }
  return undefined;
}
