import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../adapters/queue.ts';
import { newId } from '../../db/ids.ts';
import { authenticateWorker } from '../protocol/authenticate-worker.ts';
import { type Claim, claimRun } from './claim-run.ts';
import { completeRun } from '../protocol/complete-run.ts';
import type { Ctx } from '../context.ts';
import { createWorkItem } from '../work/create-work-item.ts';
import { closeRunBySupervisor, failRun } from './fail-run.ts';
import { grantIteration } from '../protocol/grant-iteration.ts';
import { heartbeat } from '../protocol/heartbeat.ts';
import { lockPaths } from '../protocol/lock-paths.ts';
import { pauseAdmission } from './pause-admission.ts';
import { recordEvents } from '../events/record-events.ts';
import { recordPush } from '../publication/record-push.ts';
import { registerWorker } from '../protocol/register-worker.ts';
import { reserveModelCall } from '../protocol/reserve-model-call.ts';
import { settleModelCall } from '../protocol/settle-model-call.ts';
import { finishVerification, startVerification } from './verification.ts';

const COMMIT = 'a'.repeat(40);
let database: TestDatabase;
let queue: Queue;
let clock = new Date();
beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  await queue.start();
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
});
beforeEach(async () => {
  clock = new Date();
  await database.db.workItem.deleteMany();
  await database.db.supervisor.deleteMany();
  await database.db.modelCall.deleteMany();
  await database.db.$executeRaw`DELETE FROM pgboss.job`;
});

function supervisor(limits: Partial<Ctx['config']['limits']> = {}): Ctx {
  const all = { maxWorkers: 100, dailyBudget: 200, dailyBudgetUsd: null, cooldownSeconds: 0, timeZone: 'UTC', ...limits };
  const config = {
    version: 't',
    limits: all,
    localMode: true,
    githubServerUrl: 'https://github.test',
    setupCommand: null,
    verifyCommand: null,
    agentCommand: null,
  };
  return { actor: { kind: 'supervisor', id: 'sup1' }, db: database.db, now: () => clock, queue, config };
}
async function submit(ctx: Ctx, spec = '- [x] one', verify = 'true'): Promise<string> {
  const { item } = await createWorkItem({ ...ctx, actor: { kind: 'cli', name: 't' } }, { repo: 'https://git.test/a.git', spec, verify });
  return item.id;
}
const how = { engineId: 'e', runtime: 'process', agents: ['demo'], isolated: false } as const;
async function claimed(ctx: Ctx): Promise<Extract<Claim, { kind: 'claimed' }> & { as: Ctx }> {
  const claim = await claimRun(ctx, how);
  if (claim.kind !== 'claimed') throw new Error(JSON.stringify(claim));
  return { ...claim, as: { ...ctx, actor: { kind: 'run', runId: claim.run.id, epoch: claim.run.epoch, role: 'worker' } } };
}

test('many claimers at once never take an item twice', async () => {
  const ctx = supervisor();
  for (let n = 0; n < 20; n++) await submit(ctx);
  const taken: string[] = [];
  const claimer = async () => {
    for (let idle = 0; idle < 200 && taken.length < 20; idle++) {
      const claim = await claimRun(ctx, how);
      if (claim.kind === 'claimed') taken.push(claim.run.workItemId);
    }
  };
  await Promise.all(Array.from({ length: 6 }, claimer));
  expect(taken).toHaveLength(20);
  expect(new Set(taken).size).toBe(20);
});

test.each([
  ['cap', { maxWorkers: 1 }, /1 of 1 workers are busy/],
  ['cooldown', { cooldownSeconds: 60 }, /next worker in 60 s: cooldown/],
  ['daily budget', { dailyBudget: 0 }, /iterations are spent/],
] as const)('a refusal by %s stores its reason with what waits', async (_name, limits, reason) => {
  await submit(supervisor());
  await claimed(supervisor());
  const id = await submit(supervisor());
  expect(await claimRun(supervisor(limits), how)).toMatchObject({ kind: 'refused' });
  expect((await database.db.workItem.findUniqueOrThrow({ where: { id } })).waitingReason).toMatch(reason);
});

test('a pause refuses with its own words', async () => {
  const ctx = supervisor();
  await database.db.supervisor.create({ data: { id: 'sup1', host: 'h', pid: 1, runtime: 'process', engineId: 'e', startedAt: clock, beatAt: clock } });
  await submit(ctx);
  await pauseAdmission(ctx, { supervisorId: 'sup1', reason: 'disk full', until: null });
  expect(await claimRun(ctx, how)).toMatchObject({ kind: 'refused', reason: 'disk full' });
});

test('a token speaks for its own live run alone: 401, 403, 409', async () => {
  const ctx = supervisor();
  await submit(ctx);
  const { run, workerToken: token } = await claimed(ctx);
  const ask = (runId: string, secret = token) => authenticateWorker(database.db, { token: secret, runId, now: clock });
  await expect(ask(run.id, 'nobody')).rejects.toMatchObject({ code: 'unauthorized' });
  await expect(ask('another')).rejects.toMatchObject({ code: 'forbidden' });
  await database.db.workItem.update({ where: { id: run.workItemId }, data: { epoch: { increment: 1 } } });
  await expect(ask(run.id)).rejects.toMatchObject({ code: 'conflict' });
  await closeRunBySupervisor(ctx, { runId: run.id, outcome: { kind: 'fault', reason: 'worker_exited', detail: 'gone' } });
  await expect(ask(run.id)).rejects.toMatchObject({ code: 'unauthorized' });
});

test('events are stored once, iterations are granted once', async () => {
  const ctx = supervisor();
  await submit(ctx);
  const { as, run } = await claimed(ctx);
  await database.db.run.update({ where: { id: run.id }, data: { startCommit: COMMIT } });
  await registerWorker(as);
  const event = (workerSeq: number) => ({ v: 1 as const, workerSeq, ts: clock.toISOString(), type: 'agent.text' as const, text: `t${workerSeq}\0` });
  expect(await recordEvents(as, { events: [event(1), event(2)] })).toEqual({ lastWorkerSeq: 2 });
  expect(await recordEvents(as, { events: [event(2), event(3)] })).toEqual({ lastWorkerSeq: 3 });
  const chunks = await database.db.eventChunk.findMany({ where: { runId: run.id } });
  expect(JSON.stringify(chunks).match(/agent\.text/g)).toHaveLength(3);
  await Promise.all([1, 1, 1].map((n) => grantIteration(as, { n })));
  expect(await database.db.iteration.count({ where: { runId: run.id } })).toBe(1);
});

test('leases are all or nothing, and taken over when they expire', async () => {
  const ctx = supervisor();
  await submit(ctx);
  await submit(ctx);
  const [a, b] = [await claimed(ctx), await claimed(ctx)];
  expect(await lockPaths(a.as, { paths: ['x', 'y'] })).toMatchObject({ granted: true });
  expect(await lockPaths(b.as, { paths: ['y', 'z'] })).toMatchObject({ granted: false, conflicts: [{ path: 'y' }] });
  expect(await database.db.lease.count({ where: { runId: b.run.id } })).toBe(0);
  await database.db.$executeRaw`UPDATE lease SET expires_at = now() - interval '1 second'`;
  expect(await lockPaths(b.as, { paths: ['y', 'z'] })).toMatchObject({ granted: true });
});

test('red goes back to the worker, green publishes', async () => {
  const ctx = supervisor();
  await submit(ctx);
  const { as, run } = await claimed(ctx);
  await database.db.run.update({ where: { id: run.id }, data: { startCommit: COMMIT } });
  await registerWorker(as);
  await recordPush(as, { runId: run.id, commit: COMMIT });
  expect(await completeRun(as, { commit: COMMIT })).toMatchObject({ round: 1 });
  expect(await completeRun(as, { commit: COMMIT })).toMatchObject({ round: 1 });
  expect(await startVerification(ctx, { runId: run.id, round: 1 })).not.toBeNull();
  await finishVerification(ctx, { runId: run.id, round: 1, exitCode: 1, log: 'red' });
  expect((await heartbeat(as, { iteration: 1, ackVerifyRound: 0 })).claim).toMatchObject({ status: 'red', exitCode: 1 });
  await completeRun(as, { commit: COMMIT });
  expect(await finishVerification(ctx, { runId: run.id, round: 2, exitCode: 0, log: 'ok' })).toBe(true);
  expect((await heartbeat(as, { iteration: 1, ackVerifyRound: 1 })).claim.status).toBe('accepted');
  expect(await database.db.outbox.count({ where: { runId: run.id, kind: 'push' } })).toBe(1);
});

test('three faults fail the item, a yield is no attempt', async () => {
  const ctx = supervisor();
  const id = await submit(ctx);
  const item = () => database.db.workItem.findUniqueOrThrow({ where: { id } });
  await failRun((await claimed(ctx)).as, { kind: 'yielded', message: 'later' });
  expect(await item()).toMatchObject({ state: 'queued', attempts: 0 });
  for (const attempts of [1, 2, 3]) {
    await database.db.$executeRaw`UPDATE pgboss.job SET start_after = now() - interval '1 second'`;
    clock = new Date(clock.getTime() + 120_000);
    await failRun((await claimed(ctx)).as, { kind: 'error', message: 'broke' });
    expect(await item()).toMatchObject({ state: attempts === 3 ? 'failed' : 'queued', attempts });
  }
});

test('a spent daily budget in USD refuses the claim, and says so on what waits', async () => {
  const ctx = supervisor({ dailyBudgetUsd: 5 });
  const first = await submit(ctx);
  const { run } = await claimed(ctx);
  await database.db.modelCall.create({ data: { id: newId(), runId: run.id, model: 'm', reservedUsd: 9, costUsd: 5.01, startedAt: clock, settledAt: clock } });
  const second = await submit(ctx);
  expect(await claimRun(ctx, how)).toMatchObject({ kind: 'refused', reason: "today's 5 USD are spent (DAILY_BUDGET_USD)" });
  expect((await database.db.workItem.findUniqueOrThrow({ where: { id: second } })).waitingReason).toContain('5 USD');
  expect(first).not.toBe(second);
});

describe('model calls', () => {
  test('at once never reserve more than the item may cost', async () => {
    const ctx = supervisor();
    const id = await submit(ctx);
    await database.db.workItem.update({ where: { id }, data: { maxUsd: 5 } });
    const { run, as } = await claimed(ctx);
    await registerWorker(as);
    const answers = await Promise.allSettled(Array.from({ length: 12 }, () => reserveModelCall(as, { runId: run.id, model: 'm', reservedUsd: 1 })));
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(5);
    expect(answers.find((answer) => answer.status === 'rejected')).toMatchObject({ reason: { code: 'forbidden' } });
  });

  test('of many items at once never reserve more than the day may cost', async () => {
    const ctx = supervisor({ dailyBudgetUsd: 5 });
    const runs = [];
    for (let n = 0; n < 8; n++) {
      await submit(ctx);
      runs.push(await claimed(ctx));
    }
    for (const { as } of runs) await registerWorker(as);
    const answers = await Promise.allSettled(runs.map(({ as, run }) => reserveModelCall(as, { runId: run.id, model: 'm', reservedUsd: 0.9 })));
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(5);
  });

  test('are settled once, however often it is said', async () => {
    const ctx = supervisor();
    await submit(ctx);
    const { run, as } = await claimed(ctx);
    await registerWorker(as);
    const { id } = await reserveModelCall(as, { runId: run.id, model: 'm', reservedUsd: 1 });
    const settle = () => settleModelCall(as, { id, status: 200, inputTokens: 10, outputTokens: 2, costUsd: 0.5 });
    await Promise.all([settle(), settle(), settle()]);
    expect(await database.db.run.findUniqueOrThrow({ where: { id: run.id } })).toMatchObject({ inputTokens: 10, outputTokens: 2, costUsd: 0.5 });
  });
});
