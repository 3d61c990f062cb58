import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../e2e/test-database.ts';
import { createQueue, type Queue } from '../../adapters/queue.ts';
import { parseEnv, serviceConfig } from '../../env.ts';
import type { Ctx } from '../context.ts';
import { authenticateApiToken, createApiToken, createStartToken, listApiTokens, revokeApiToken, revokeStartToken } from './api-tokens.ts';
import { enterWithGitHub } from './enter-with-github.ts';
import { leaveWithGitHub } from './leave-with-github.ts';
import { removeMember } from './remove-member.ts';
import { restoreMember } from './restore-member.ts';

let database: TestDatabase;
let queue: Queue;
let base: Omit<Ctx, 'actor'>;
let machine: Ctx;
beforeAll(async () => {
  database = await createTestDatabase();
  queue = createQueue({ url: database.url, supervise: false, onError: () => undefined });
  base = { db: database.db, now: () => new Date(), queue, config: serviceConfig(parseEnv({}), 't') };
  machine = { ...base, actor: { kind: 'cli', name: 'command line' } };
});
afterAll(async () => {
  await queue.stop();
  await database.drop();
});
beforeEach(async () => {
  await database.db.apiToken.deleteMany();
  await database.db.user.deleteMany();
  await database.db.audit.deleteMany();
});

const beside = (ctx: Ctx): Ctx => ({ ...ctx, config: { ...ctx.config, localMode: false } });
const opens = (token: string, localMode = true) => authenticateApiToken(database.db, token, { localMode, now: new Date() });
const acts = async () =>
  (await database.db.audit.findMany({ orderBy: { id: 'asc' } })).filter(({ action }) => action.startsWith('token')).map(({ action, why }) => [action, why]);

async function person(name: string): Promise<{ id: string; ctx: Ctx }> {
  const { userId: id } = await enterWithGitHub(base, { githubId: `id-${name}`, login: name });
  await database.db.user.update({ where: { id }, data: { role: 'admin' } });
  return { id, ctx: { ...beside({ ...base, actor: { kind: 'person', id, name, role: 'admin' } }) } };
}

describe('the token of a start', () => {
  test('ends with the next start, which the audit log says', async () => {
    const first = (await createStartToken(machine))?.token ?? '';
    expect(await opens(first)).toMatchObject({ name: 'start', scope: 'submit' });
    const second = (await createStartToken(machine))?.token ?? '';
    await expect(opens(first)).rejects.toThrow(/not known/);
    expect(await opens(second)).toMatchObject({ name: 'start' });
    expect(await acts()).toEqual([
      ['token.created', 'token “start”'],
      ['token.revoked', 'the token of the start before'],
      ['token.created', 'token “start”'],
    ]);
  });

  test('takes no name from anybody, and nobody takes its own', async () => {
    const ada = await person('ada');
    await database.db.apiToken.create({ data: { id: 'x', name: 'start', hash: 'h', makerId: ada.id } }); // of an earlier version
    expect(await createStartToken(machine)).toBeNull();
    expect(await database.db.apiToken.findUniqueOrThrow({ where: { id: 'x' } })).toMatchObject({ revokedAt: null });
    for (const ctx of [machine, ada.ctx]) await expect(createApiToken(ctx, { name: 'start' })).rejects.toMatchObject({ code: 'conflict', field: 'name' });
  });

  test('opens nothing where people sign in with GitHub, before the first start there and after it', async () => {
    const token = (await createStartToken(machine))?.token ?? '';
    await expect(opens(token, false)).rejects.toThrow(/a start printed it, and people sign in with GitHub here/);
    await revokeStartToken(beside(machine));
    await expect(opens(token, true)).rejects.toThrow(/was revoked/);
    await revokeStartToken(beside(machine));
    expect((await acts()).filter(([action]) => action === 'token.revoked')).toHaveLength(1);
  });
});

test('a live token of the same name is not replaced, not even from the machine; a revoked one is', async () => {
  const { token } = await createApiToken(machine, { name: 'ci' });
  await expect(createApiToken(machine, { name: 'ci' })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('revoke that one first') as string,
  });
  expect(await opens(token)).toMatchObject({ name: 'ci' });
  await revokeApiToken(machine, { name: 'ci' });
  const { token: next } = await createApiToken(machine, { name: 'ci', scope: 'admin' });
  await expect(opens(token)).rejects.toThrow(/not known/);
  expect(await opens(next)).toMatchObject({ scope: 'admin' });
});

test('tokens that the person at this machine made in local mode open nothing beside a team; those made by command do', async () => {
  await database.db.user.create({ data: { id: 'local', name: 'local', role: 'admin' } });
  const local: Ctx = { ...base, actor: { kind: 'person', id: 'local', name: 'local', role: 'admin' } };
  const { token } = await createApiToken(local, { name: 'by-hand', scope: 'admin' });
  const { token: byCommand } = await createApiToken(machine, { name: 'by-command', scope: 'admin' });
  expect(await opens(token)).toMatchObject({ scope: 'admin' });
  await expect(opens(token, false)).rejects.toThrow(/made by a sign-in link of the machine/);
  expect(await opens(byCommand, false)).toMatchObject({ scope: 'admin' });
  await expect(createApiToken(beside(local), { name: 'another' })).rejects.toMatchObject({ code: 'forbidden' });
});

test('who left the organisation has no tokens until GitHub lets him in again', async () => {
  const linus = await person('linus');
  const { token } = await createApiToken(linus.ctx, { name: 'ci', scope: 'read' });
  const account = { githubId: 'id-linus', login: 'linus' };
  await leaveWithGitHub(base, account);
  await expect(opens(token, false)).rejects.toThrow(/GitHub says that who made it may not enter any more/);
  const [listed] = await listApiTokens(beside(machine));
  expect(listed).toMatchObject({ name: 'ci', revokedAt: null, dead: 'GitHub says that who made it may not enter any more' });
  expect(await database.db.audit.findFirst({ where: { action: 'member.left' } })).toMatchObject({
    why: expect.stringContaining('1 tokens of his rest') as string,
  });
  await leaveWithGitHub(base, account);
  expect(await database.db.audit.count({ where: { action: 'member.left' } })).toBe(1);
  await enterWithGitHub(base, account);
  expect(await opens(token, false)).toMatchObject({ scope: 'read' });
  expect(await listApiTokens(beside(machine))).toMatchObject([{ dead: null }]);
});

test('who was removed has no tokens any more, and gets none of them back with his place', async () => {
  const [ada, grace] = [await person('ada'), await person('grace')];
  const { token } = await createApiToken(grace.ctx, { name: 'ci' });
  await removeMember(ada.ctx, { id: grace.id });
  expect(await database.db.audit.findFirst({ where: { action: 'member.removed' } })).toMatchObject({ why: 'grace was removed; 1 tokens of his were revoked' });
  await restoreMember(ada.ctx, { id: grace.id });
  await expect(opens(token, false)).rejects.toThrow(/was revoked/);
});
