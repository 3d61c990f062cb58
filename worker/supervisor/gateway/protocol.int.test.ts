import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway, type TestRun } from '../../../e2e/gateway-fixture.ts';

let world: TestGateway;
beforeAll(async () => {
  world = await startTestGateway();
});
afterAll(() => world.close());

const COMMIT = 'a'.repeat(40);
/** Every call of the protocol, with a body that is well formed. */
const CALLS: Array<[method: string, path: string, body?: unknown]> = [
  ['POST', 'heartbeat', { iteration: 0 }],
  ['POST', 'iteration', { n: 1 }],
  ['POST', 'events', { events: [] }],
  ['POST', 'lock', { paths: ['a.txt'] }],
  ['POST', 'unlock', {}],
  ['POST', 'complete', { commit: COMMIT }],
  ['POST', 'fail', { kind: 'error', message: 'x' }],
  ['POST', 'stuck', { reason: 'x', message: 'x' }],
  ['GET', 'learnings?q=x'],
];
const NAMES = CALLS.map(([method, path]) => `${method} ${path}`);
const callOf = (name: string) => CALLS[NAMES.indexOf(name)] ?? ['POST', ''];

async function send(run: TestRun, name: string, token: string | null): Promise<{ status: number; code: string | undefined }> {
  const [method, path, body] = callOf(name);
  return post(`/worker/${run.id}/${path}`, token, body === undefined ? undefined : JSON.stringify(body), method);
}
async function post(path: string, token: string | null, body?: string, method = 'POST') {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(world.url + path, { method, headers, ...(body !== undefined && { body }) });
  const answer = (await response.json()) as { error?: { code: string; message: string } };
  return { status: response.status, code: answer.error?.code, message: answer.error?.message, answer };
}

test.each(NAMES)('%s: no token 401, another’s id 403, a raised epoch 409, an ended run 401', async (name) => {
  const run = await world.makeRun();
  const other = await world.makeRun({ remote: run.remote });
  expect(await send(run, name, null)).toMatchObject({ status: 401, code: 'unauthorized' });
  expect(await send(run, name, 'fwr_unknown')).toMatchObject({ status: 401, code: 'unauthorized' });
  expect(await send(run, name, other.token)).toMatchObject({ status: 403, code: 'forbidden' });
  await world.database.db.workItem.update({ where: { id: run.workItemId }, data: { epoch: 2 } });
  expect(await send(run, name, run.token)).toMatchObject({ status: 409, code: 'fenced' });
  await world.database.db.run.update({ where: { id: other.id }, data: { state: 'ended' } });
  expect(await send(other, name, other.token)).toMatchObject({ status: 401, code: 'unauthorized' });
});

test('who posted events before is asked again as if for the first time', async () => {
  const run = await world.makeRun();
  const other = await world.makeRun({ remote: run.remote });
  let workerSeq = 0;
  const events = () => JSON.stringify({ events: [{ v: 1, workerSeq: ++workerSeq, ts: new Date().toISOString(), type: 'log', level: 'info', text: 'x' }] });
  const at = (to: TestRun) => `/worker/${to.id}/events`;
  for (const n of [1, 2]) expect((await post(at(run), run.token, events())).answer).toEqual({ lastWorkerSeq: n });
  expect(await post(at(other), run.token, events())).toMatchObject({ status: 403 });
  for (let n = 0; n < 2; n++) expect(await post(at(run), run.verifierToken, events())).toMatchObject({ status: 403 });
  await world.database.db.workItem.update({ where: { id: run.workItemId }, data: { epoch: 2 } });
  expect(await post(at(run), run.token, events())).toMatchObject({ status: 409, code: 'fenced' });
  await world.database.db.run.update({ where: { id: run.id }, data: { state: 'ended' } });
  expect(await post(at(run), run.token, events())).toMatchObject({ status: 401, code: 'unauthorized' });
  const stored = await world.database.db.eventChunk.findMany({ where: { workItemId: run.workItemId, runId: run.id } });
  expect(stored.map((chunk) => chunk.lastSeq - chunk.firstSeq + 1)).toEqual([1, 1]);
});

test('register needs a live token and gives the run', async () => {
  const run = await world.makeRun();
  expect(await post('/worker/register', null, '{}')).toMatchObject({ status: 401 });
  expect((await post('/worker/register', run.token, '{}')).answer).toMatchObject({ runId: run.id, branch: run.branch, gitPath: `/git/${run.id}.git` });
});

test('a verifier’s token registers and does nothing that a worker does', async () => {
  const run = await world.makeRun();
  for (const name of NAMES.filter((candidate) => !candidate.startsWith('GET')))
    expect(await send(run, name, run.verifierToken)).toMatchObject({ status: 403, code: 'forbidden' });
});

test('wrong bodies and addresses are refused, and say why', async () => {
  const run = await world.makeRun();
  const at = (verb: string) => `/worker/${run.id}/${verb}`;
  expect(await post(at('iteration'), run.token, '{')).toMatchObject({ status: 400, code: 'bad_request', message: 'The body is not JSON.' });
  expect(await post(at('iteration'), run.token, '{"n":0}')).toMatchObject({ status: 400, message: expect.stringMatching(/^n: /) as string });
  expect(await post(at('lock'), run.token, '{"paths":["../x"]}')).toMatchObject({ status: 400 });
  expect(await post(at('events'), run.token, `{"events":"${'x'.repeat(5 * 1024 * 1024)}"}`)).toMatchObject({ status: 413 });
  expect(await post(at('complete'), run.token, JSON.stringify({ commit: COMMIT }))).toMatchObject({ status: 422, code: 'not_ready' });
  expect(await post(at('nothing'), run.token, '{}')).toMatchObject({ status: 404 });
});

test('learnings of the repository are found by their words, the disabled ones are not', async () => {
  const run = await world.makeRun();
  const learning = (id: string, text: string, more: object = {}) => ({ id, kind: 'gotcha', text, repo: run.remote, state: 'approved', dedupeKey: id, ...more });
  await world.database.db.learning.createMany({
    data: [
      learning('l1', 'The build needs a cold cache'),
      learning('l2', 'Tests want port 5432'),
      learning('l3', 'build cache lies', { state: 'disabled' }),
      learning('l4', 'the build cache of another', { repo: 'other' }),
      learning('l5', 'build cache not yet approved', { state: 'proposed' }),
    ],
  });
  const { answer } = await post(`/worker/${run.id}/learnings?q=${encodeURIComponent('build CACHE')}`, run.token, undefined, 'GET');
  expect(answer).toMatchObject({ learnings: [{ kind: 'gotcha', text: 'The build needs a cold cache' }] });
});

test('a closed gateway answers nobody and holds nothing open', async () => {
  const other = await startTestGateway();
  const run = await other.makeRun();
  expect((await fetch(`${other.url}/healthz`)).status).toBe(200);
  await other.close();
  await expect(fetch(`${other.url}/git/${run.id}.git/info/refs?service=git-upload-pack`)).rejects.toThrow();
});
