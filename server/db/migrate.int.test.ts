import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../e2e/test-database.ts';
import { migrate, pendingMigrations } from './migrate.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('a migrated database has nothing pending and takes nothing twice', async () => {
  expect(await pendingMigrations(database.url)).toEqual([]);
  expect(await migrate(database.url)).toEqual([]);
  expect(await database.db.workItem.count()).toBe(0);
});

test('a migration that was changed after it was applied stops with its name', async () => {
  await database.db.$executeRaw`UPDATE _prisma_migrations SET checksum = 'other'`;
  await expect(migrate(database.url)).rejects.toThrow(/20261123120000_init was changed after it was applied/);
});
