import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../server/adapters/queue.ts';
import { hashSecret } from '../../server/db/ids.ts';
import { parseEnv, serviceConfig } from '../../server/env.ts';
import { createWorkItem } from '../../server/services/work/create-work-item.ts';
import type { WebServices } from '../server/context.ts';
import { GET } from './prometheus/route.ts';

const TOKEN = 'fct_a-token-of-this-test';
/** As the web process hands on what a program on this machine asks; Next adds who connected. */
const HERE = { host: 'localhost:3000', 'x-factory-peer': '127.0.0.1', 'x-factory-proxied': 'no', 'x-forwarded-for': '127.0.0.1' };

let database: TestDatabase;
let queue: Queue;
let services: WebServices;
beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const config = serviceConfig(parseEnv({ DAILY_BUDGET_USD: '20' }), '1.2.3');
  services = {
    db: database.db,
    queue,
    config,
    now: () => new Date(),
    databaseUrl: database.url,
    appUrl: 'http://localhost:3000',
    prometheus: 'loopback',
    signIn: null,
  };
  (globalThis as { factoryServices?: WebServices }).factoryServices = services;
  await database.db.apiToken.create({ data: { id: 't', name: 't', scope: 'read', hash: hashSecret(TOKEN) } });
});
afterAll(async () => {
  delete (globalThis as { factoryServices?: WebServices }).factoryServices;
  await queue.stop();
  await database.drop();
});
beforeEach(() => {
  services.prometheus = 'loopback';
});

async function scrape(headers: Record<string, string> = HERE, token: string | null = TOKEN): Promise<{ status: number; text: string; type: string | null }> {
  const given = { ...headers, ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
  const answer = await GET(new Request('http://localhost:3000/api/prometheus', { headers: given }), { params: Promise.resolve({}) });
  return { status: answer.status, text: await answer.text(), type: answer.headers.get('content-type') };
}
/** The value of one line of the exposition; undefined where there is no such line. */
const valueOf = (text: string, line: string) =>
  text
    .split('\n')
    .find((each) => each.startsWith(`${line} `))
    ?.slice(line.length + 1);

test('says what is on record, in Prometheus’s words, and leaves out what is not there', async () => {
  const before = await scrape();
  expect(before).toMatchObject({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' });
  expect(before.text).toContain('# TYPE factory_work_items gauge');
  expect(before.text).toContain('# TYPE factory_iterations_total counter');
  expect(valueOf(before.text, 'factory_work_items{state="queued"}')).toBe('0');
  expect(before.text).not.toContain('factory_queue_oldest_seconds');
  expect(before.text).not.toContain('factory_runs_ended_total');

  const ctx = { ...services, actor: { kind: 'cli', name: 't' } } as const;
  const { item } = await createWorkItem(ctx, { repo: 'acme/shop', spec: '- [ ] tea' });
  const at = new Date();
  const run = { workItemId: item.id, runtime: 'process', agent: 'demo', isolated: false, engineId: 'e', owner: 'o', branch: 'b', createdAt: at };
  await database.db.run.create({ data: { ...run, id: 'r1', epoch: 1, state: 'ended', reason: 'verified', endedAt: new Date(at.getTime() + 90_000) } });
  await database.db.run.create({ data: { ...run, id: 'r2', epoch: 2, state: 'running' } });
  await database.db.modelCall.create({ data: { id: 'm', runId: 'r1', model: 'm', reservedUsd: 9, costUsd: 0.25, inputTokens: 1200, outputTokens: 34 } });
  await database.db.iteration.create({ data: { runId: 'r1', n: 1, grantedAt: at } });
  await database.db.supervisor.create({ data: { id: 'sup', host: 'box "1"\n', runtime: 'process', engineId: 'e', pid: 1, startedAt: at, beatAt: at } });

  const { text } = await scrape();
  const lines = {
    'factory_info{version="1.2.3"}': '1',
    'factory_work_items{state="queued"}': '1',
    'factory_workers{state="running"}': '1',
    factory_workers_max: '2',
    factory_paused: '0',
    factory_iterations_today: '1',
    factory_usd_today: '0.25',
    factory_usd_today_max: '20',
    'factory_supervisor_up{supervisor="sup",host="box \\"1\\"\\n"}': '1',
    'factory_runs_ended_total{reason="verified"}': '1',
    'factory_run_seconds_total{reason="verified"}': '90',
    factory_iterations_total: '1',
    factory_model_calls_total: '1',
    'factory_model_tokens_total{direction="input"}': '1200',
    'factory_model_tokens_total{direction="output"}': '34',
    factory_model_usd_total: '0.25',
    'factory_learnings{state="approved"}': '0',
    factory_outbox_pending: '0',
  };
  expect(Object.fromEntries(Object.keys(lines).map((line) => [line, valueOf(text, line)]))).toEqual(lines);
  expect(Number(valueOf(text, 'factory_queue_oldest_seconds'))).toBeGreaterThan(0);
  expect(Number(valueOf(text, 'process_resident_memory_bytes'))).toBeGreaterThan(1e6);
});

test('off: not there; loopback: to this machine alone, though a proxy stands on it; all: to any address; never without a token', async () => {
  const elsewhere = { ...HERE, 'x-factory-peer': '203.0.113.9', 'x-forwarded-for': '203.0.113.9' };
  // nginx on this machine, asked by somebody who claims to be of this machine, and by somebody who knows how the machine calls itself.
  const throughProxy = { ...HERE, 'x-factory-proxied': 'yes', 'x-forwarded-for': '127.0.0.1, 203.0.113.9' };
  const claims = [throughProxy, { ...throughProxy, 'x-forwarded-for': '127.0.0.1' }, { ...HERE, host: 'factory.example' }];
  const statuses = async () => {
    const all = [HERE, elsewhere, ...claims, {}];
    return Promise.all(all.map(async (headers) => (await scrape(headers)).status));
  };
  expect(await statuses()).toEqual([200, 403, 403, 403, 403, 403]);
  expect((await scrape({ ...HERE, 'x-factory-peer': '::ffff:127.0.0.1', host: '[::1]:3000' })).status).toBe(200);
  services.prometheus = 'all';
  expect(await statuses()).toEqual([200, 200, 200, 200, 200, 200]);
  expect((await scrape(HERE, null)).status).toBe(401);
  expect((await scrape(HERE, 'fct_unknown')).status).toBe(401);
  services.prometheus = 'off';
  expect(await statuses()).toEqual([404, 404, 404, 404, 404, 404]);
  expect((await scrape()).text).toContain('METRICS=loopback');
});
