import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../e2e/test-database.ts';
import { createDb } from './client.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('only what its SQL names is planned once a connection', async () => {
  const db = createDb(database.url, 1);
  const plans = () => db.$queryRaw<{ name: string }[]>`SELECT name FROM pg_prepared_statements ORDER BY name`;
  for (let n = 0; n < 3; n++) {
    expect(await db.$queryRaw`/* prepared: cups */ SELECT ${n}::int AS n`).toEqual([{ n }]);
    expect(await db.$queryRaw`SELECT ${n}::int AS n`).toEqual([{ n }]);
    await db.supervisor.findMany();
  }
  expect(await plans()).toEqual([{ name: 'cups' }]);
  await db.$disconnect();
});
