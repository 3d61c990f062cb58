import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../adapters/queue.ts';
import type { Role } from '../../contracts/access.ts';
import type { Ctx } from '../context.ts';
import { enterWithGitHub } from './enter-with-github.ts';
import { removeMember } from './remove-member.ts';
import { restoreMember } from './restore-member.ts';
import { authenticateSession, openSession } from './sessions.ts';
import { setMemberRole } from './set-member-role.ts';

let database: TestDatabase;
let queue: Queue;
let base: Omit<Ctx, 'actor'>;
beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  const limits = { maxWorkers: 1, dailyBudget: 1, dailyBudgetUsd: null, cooldownSeconds: 0, timeZone: 'UTC' };
  const commands = { setupCommand: null, verifyCommand: null, agentCommand: null };
  const config = { version: 't', limits, localMode: false, githubServerUrl: 'https://github.test', ...commands };
  base = { db: database.db, now: () => new Date(), queue, config };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
});
beforeEach(async () => {
  await database.db.audit.deleteMany();
  await database.db.user.deleteMany();
});

/** Somebody of the team, as whom one can act. */
async function member(name: string, role: Role): Promise<{ id: string; ctx: Ctx }> {
  const { userId: id } = await enterWithGitHub(base, { githubId: `id-${name}`, login: name });
  await database.db.user.update({ where: { id }, data: { role } });
  return { id, ctx: { ...base, actor: { kind: 'person', id, name, role } } };
}
async function admins(): Promise<string[]> {
  const users = await database.db.user.findMany({ where: { role: 'admin', removedAt: null, githubId: { not: null } }, orderBy: { name: 'asc' } });
  return users.map(({ name }) => name);
}
const LAST = { code: 'conflict', message: 'This is the last admin: make somebody else an admin first.' };

test('the last admin is neither demoted nor removed: not by himself, not by the person at the machine; nothing is written', async () => {
  const ada = await member('ada', 'admin');
  await member('grace', 'member');
  await database.db.user.create({ data: { id: 'local', name: 'local', role: 'admin' } }); // no member of the team: his link is for emergencies
  await database.db.audit.deleteMany();
  const machine: Ctx = { ...base, actor: { kind: 'person', id: 'local', name: 'local', role: 'admin' } };
  for (const ctx of [ada.ctx, machine]) {
    await expect(setMemberRole(ctx, { id: ada.id, role: 'member' })).rejects.toMatchObject(LAST);
    await expect(setMemberRole(ctx, { id: ada.id, role: 'viewer' })).rejects.toMatchObject(LAST);
    await expect(removeMember(ctx, { id: ada.id })).rejects.toMatchObject(LAST);
  }
  expect(await admins()).toEqual(['ada']);
  expect(await database.db.audit.count()).toBe(0);
});

test('an admin who left the organisation is none to rely on: he cannot come in', async () => {
  const ada = await member('ada', 'admin');
  const grace = await member('grace', 'admin');
  await database.db.user.update({ where: { id: grace.id }, data: { leftAt: new Date() } });
  await expect(setMemberRole(ada.ctx, { id: ada.id, role: 'member' })).rejects.toMatchObject(LAST);
  await expect(removeMember(ada.ctx, { id: ada.id })).rejects.toMatchObject(LAST);
  await database.db.user.update({ where: { id: grace.id }, data: { leftAt: null } });
  await removeMember(ada.ctx, { id: ada.id });
});

test('with a second admin the first may go; then the second is the last, even if the first is let in again as a member', async () => {
  const ada = await member('ada', 'admin');
  const grace = await member('grace', 'admin');
  await setMemberRole(grace.ctx, { id: ada.id, role: 'member' });
  await removeMember(grace.ctx, { id: ada.id });
  await expect(removeMember(grace.ctx, { id: grace.id })).rejects.toMatchObject(LAST);
  await restoreMember(grace.ctx, { id: ada.id });
  await expect(setMemberRole(grace.ctx, { id: grace.id, role: 'viewer' })).rejects.toMatchObject(LAST);
  await setMemberRole(grace.ctx, { id: ada.id, role: 'admin' });
  await setMemberRole(grace.ctx, { id: grace.id, role: 'viewer' });
  expect(await admins()).toEqual(['ada']);
});

test('an admin who was removed is none to rely on', async () => {
  const ada = await member('ada', 'admin');
  const grace = await member('grace', 'admin');
  await removeMember(ada.ctx, { id: grace.id });
  await expect(setMemberRole(ada.ctx, { id: ada.id, role: 'member' })).rejects.toMatchObject(LAST);
  await expect(removeMember(ada.ctx, { id: ada.id })).rejects.toMatchObject(LAST);
});

const demote = (by: Ctx, id: string) => setMemberRole(by, { id, role: 'member' });
const remove = (by: Ctx, id: string) => removeMember(by, { id });
test.each([
  ['demote each other', demote, demote],
  ['remove each other', remove, remove],
  ['demote and remove each other', demote, remove],
] as const)('two admins who %s at the same moment: one of them stays, ten times over', async (_, first, second) => {
  for (let round = 0; round < 10; round += 1) {
    await database.db.user.deleteMany();
    const [ada, grace] = [await member('ada', 'admin'), await member('grace', 'admin')];
    const outcomes = await Promise.allSettled([first(ada.ctx, grace.id), second(grace.ctx, ada.id)]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await admins()).toHaveLength(1);
  }
});

test('who was removed has no session any more, and gets none of them back with his place', async () => {
  const ada = await member('ada', 'admin');
  const grace = await member('grace', 'member');
  const { sessionSecret } = await openSession(database.db, { userId: grace.id, now: new Date() });
  await removeMember(ada.ctx, { id: grace.id });
  expect(await authenticateSession(database.db, sessionSecret, { localMode: false, now: new Date() })).toBeNull();
  await restoreMember(ada.ctx, { id: grace.id });
  expect(await authenticateSession(database.db, sessionSecret, { localMode: false, now: new Date() })).toBeNull();
});
