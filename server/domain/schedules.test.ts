import assert from 'node:assert/strict';
import { expect, test } from 'vitest';
import { decideAdmission } from './runs/admission.ts';
import { decideReconcile, type RunFacts, type WorkerFacts } from './runs/reconcile.ts';
import { canMove, canRunMove, decideAfterFault, MAX_ATTEMPTS } from './work/states.ts';

/** mulberry32: the same seed gives the same schedule. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Item {
  id: string;
  state: 'queued' | 'running' | 'failed' | 'completed';
  attempts: number;
  notBefore: number;
  hasJob: boolean;
  doneCommits: number;
}
type Run = { -readonly [K in keyof RunFacts]: RunFacts[K] } & { itemId: string };
type Worker = { -readonly [K in keyof WorkerFacts]: WorkerFacts[K] };

const COMMITS = 3;
const SEEDS = 150;
const limits = { maxWorkers: 2, dailyBudget: 1_000_000, dailyBudgetUsd: null, cooldownSeconds: 5, timeZone: 'UTC' };

/** A small factory in memory that carries out what the pure decisions say, while a seeded hand breaks it. */
class World {
  now = Date.parse('2026-11-23T12:00:00Z');
  items: Item[] = ['a', 'b', 'c', 'd'].map((id) => ({ id, state: 'queued', attempts: 0, notBefore: 0, hasJob: true, doneCommits: 0 }));
  runs: Run[] = [];
  workers: Worker[] = [];
  supervisorUp = true;
  engineAnswers = true;
  upSince = this.now;
  lastSpawn: Date | null = null;
  pushes = new Map<string, number>();
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = random(seed);
  }

  /** One of the faults that a weekend brings. */
  fault(): void {
    const roll = this.#next();
    const pick = <T>(list: T[]): T | undefined => list[Math.floor(this.#next() * list.length)];
    if (roll < 0.2) this.supervisorUp = false;
    else if (roll < 0.4 && !this.supervisorUp) this.start();
    else if (roll < 0.55) this.engineAnswers = !this.engineAnswers;
    else if (roll < 0.7) this.kill(pick(this.workers));
    else if (roll < 0.8) this.workers = this.workers.filter((worker) => worker !== pick(this.workers));
    else if (roll < 0.9) {
      const item = pick(this.items);
      if (item?.state === 'queued') item.hasJob = false;
    } else this.now += 10 * 60_000; // the machine slept
  }

  kill(worker: Worker | undefined): void {
    if (worker && worker.exit === null) worker.exit = { code: 137, oomKilled: this.#next() < 0.5 };
  }

  start(): void {
    this.supervisorUp = true;
    this.upSince = this.now;
  }

  step(): void {
    this.now += 2_000;
    this.work();
    if (!this.supervisorUp) return;
    this.reconcile();
    this.admit();
    this.publish();
  }

  /** Workers beat, commit and claim, whether or not a supervisor looks after them; without its gateway they wait. */
  work(): void {
    if (!this.supervisorUp) return;
    for (const worker of this.workers.filter((each) => each.exit === null)) {
      const run = this.runs.find((each) => each.id === worker.runId);
      const item = this.items.find((each) => each.id === run?.itemId);
      if (!run || !item || run.state === 'ended') continue;
      run.lastBeatAt = new Date(this.now);
      if (run.state === 'starting') this.moveRun(run, 'running');
      else if (run.state === 'running' && item.doneCommits < COMMITS) item.doneCommits += 1;
      else if (run.state === 'running') this.moveRun(run, 'publishing');
    }
  }

  reconcile(): void {
    const itemsWithoutJob = this.items.filter((item) => item.state === 'queued' && !item.hasJob).map((item) => item.id);
    const facts = {
      runs: this.runs,
      workers: this.engineAnswers ? this.workers : [],
      starting: new Set<string>(),
      silentEngines: this.engineAnswers ? [] : ['e'],
      gatewayUpSince: new Date(this.upSince),
      lastClockGap: null,
      itemsWithoutJob,
    };
    for (const action of decideReconcile(facts, new Date(this.now))) {
      if (action.kind === 'queue_again') this.item(action.itemId).hasJob = true;
      if (action.kind === 'remove_worker') this.workers = this.workers.filter((worker) => worker.ref !== action.ref);
      if (action.kind === 'end_run' || action.kind === 'return_run') this.fail(action.runId);
      if (action.kind === 'publish_again') this.run(action.runId).outboxPending = true;
    }
  }

  fail(runId: string): void {
    const run = this.run(runId);
    if (run.state === 'ended') return;
    this.moveRun(run, 'ended');
    const item = this.item(run.itemId);
    const next = decideAfterFault(item.attempts, new Date(this.now));
    item.attempts = next.attempts;
    this.moveItem(item, next.to);
    if (next.to === 'queued') Object.assign(item, { hasJob: true, notBefore: next.notBefore.getTime() });
  }

  admit(): void {
    const alive = this.runs.filter((run) => ['starting', 'running', 'verifying'].includes(run.state)).length;
    const facts = { workersAlive: alive, iterationsToday: 0, usdToday: 0, lastSpawnAt: this.lastSpawn, pause: null };
    if (!this.engineAnswers || !decideAdmission(facts, limits, new Date(this.now)).admit) return;
    const item = this.items.find((each) => each.state === 'queued' && each.hasJob && each.notBefore <= this.now);
    if (!item) return;
    item.hasJob = false;
    this.moveItem(item, 'running');
    const id = `run-${this.runs.length}`;
    this.lastSpawn = new Date(this.now);
    // A supervisor that dies here leaves a run without a worker.
    const started = this.#next() > 0.1;
    const run: Run = {
      ...{
        id,
        itemId: item.id,
        state: 'starting',
        reason: null,
        order: null,
        mine: true,
        engineId: 'e',
        workerRef: started ? `w-${id}` : null,
        verifierRef: null,
      },
      ...{ createdAt: new Date(this.now), stateAt: new Date(this.now), lastBeatAt: null, ownerBeatAt: new Date(this.now), outboxPending: false },
    };
    this.runs.push(run);
    if (started) this.workers.push({ ref: `w-${id}`, runId: id, role: 'worker', exit: null });
  }

  publish(): void {
    for (const run of this.runs.filter((each) => each.state === 'publishing' && each.outboxPending)) {
      this.pushes.set(run.itemId, (this.pushes.get(run.itemId) ?? 0) + 1);
      run.outboxPending = false;
      run.reason = 'verified';
      this.moveRun(run, 'ended');
      this.moveItem(this.item(run.itemId), 'completed');
    }
  }

  moveRun(run: Run, to: Run['state']): void {
    assert(canRunMove(run.state, to), `run ${run.state} → ${to}`);
    run.state = to;
    run.stateAt = new Date(this.now);
  }

  moveItem(item: Item, to: Item['state']): void {
    assert(canMove(item.state, to), `item ${item.state} → ${to}`);
    item.state = to;
  }

  item = (id: string): Item => this.items.find((item) => item.id === id) ?? assert.fail(`no item ${id}`);
  run = (id: string): Run => this.runs.find((run) => run.id === id) ?? assert.fail(`no run ${id}`);

  check(): void {
    for (const item of this.items) {
      const live = this.runs.filter((run) => run.itemId === item.id && run.state !== 'ended');
      assert.equal(live.length, item.state === 'running' ? 1 : 0, `live runs of ${item.id}`);
      assert(item.attempts <= MAX_ATTEMPTS);
    }
  }
}

test('over any schedule of faults: one live run an item, nothing lost, nothing published twice', { timeout: 120_000 }, () => {
  let completed = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const world = new World(seed);
    const hand = random(seed + 10_000);
    for (let step = 0; step < 250; step++) {
      if (hand() < 0.12) world.fault();
      world.step();
      world.check();
    }
    // The faults are over: everything comes to an end by itself.
    world.start();
    world.engineAnswers = true;
    for (let step = 0; step < 600; step++) world.step();
    world.check();
    for (const item of world.items) {
      expect(['completed', 'failed'], `seed ${seed}: ${item.id} is ${item.state}`).toContain(item.state);
      expect(world.pushes.get(item.id) ?? 0).toBe(item.state === 'completed' ? 1 : 0);
      completed += item.state === 'completed' ? 1 : 0;
    }
    expect(world.workers.filter((worker) => world.run(worker.runId).state !== 'ended')).toEqual([]);
    expect(world.workers, `seed ${seed}: workers are left`).toEqual([]);
  }
  // Most work survives all that; a world where everything fails would prove nothing.
  expect(completed).toBeGreaterThan(2 * SEEDS);
});
