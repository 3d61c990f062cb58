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

test('a database of a newer version is not written to by an older one', async () => {
  await database.db.$executeRaw`
    INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ('new', 'x', '29990101000000_tomorrow', now(), 1)`;
  for (const asked of [migrate, pendingMigrations])
    await expect(asked(database.url)).rejects.toThrow(/newer version .*29990101000000_tomorrow.*Start the version that made it/);
  await database.db.$executeRaw`DELETE FROM _prisma_migrations WHERE id = 'new'`;
  expect(await pendingMigrations(database.url)).toEqual([]);
});

test('a migration that was changed after it was applied stops with its name', async () => {
  await database.db.$executeRaw`UPDATE _prisma_migrations SET checksum = 'other'`;
  await expect(migrate(database.url)).rejects.toThrow(/20261123120000_init was changed after it was applied/);
});
