import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../e2e/test-database.ts';
import { createDb } from './client.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test.each(['America/New_York', 'Europe/Berlin'])(
  'a time means the same here and in SQL on a Postgres of %s, whatever the address says beside',
  async (zone) => {
    const name = new URL(database.url).pathname.slice(1);
    await database.db.$executeRawUnsafe(`ALTER DATABASE ${name} SET timezone = '${zone}'`);
    for (const url of [database.url, `${database.url}?options=${encodeURIComponent('-c work_mem=8MB')}`]) {
      const db = createDb(url, 1);
      const [shown] = await db.$queryRaw<{ mem: string }[]>`SELECT current_setting('work_mem') AS mem`;
      expect(shown?.mem).toBe(url === database.url ? '4MB' : '8MB');
      const id = `${zone} ${url.length}`;
      const row = { host: 'h', pid: 1, runtime: 'process', engineId: 'e', facts: {} };
      await db.supervisor.create({ data: { id, ...row, startedAt: new Date(), beatAt: new Date(), gatewayUpSince: new Date() } });
      const [{ age } = { age: NaN }] = await db.$queryRaw<
        { age: number }[]
      >`SELECT extract(epoch FROM now() - beat_at)::float8 AS age FROM supervisor WHERE id = ${id}`;
      expect(Math.abs(age)).toBeLessThan(60);
      await db.$executeRaw`UPDATE supervisor SET beat_at = now() WHERE id = ${id}`;
      const read = (await db.supervisor.findUniqueOrThrow({ where: { id } })).beatAt;
      expect(Math.abs(Date.now() - read.getTime())).toBeLessThan(60_000);
      await db.$disconnect();
    }
  },
);

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
