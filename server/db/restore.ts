import { createReadStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import pg from 'pg';
import { type BackupHeader, backupHeaderSchema, backupLineSchema } from './backup-format.ts';
import { applyMigrations, migrate, readMigrations } from './migrate.ts';
import { readTables } from './tables.ts';

/** Rows that are put in at once, and characters after which fewer are. */
const BATCH_ROWS = 500;
const BATCH_CHARS = 4_000_000;
/** A supervisor that has beaten within this time is running. */
const ALIVE_SECONDS = 30;

/** A restore that must not be. The words are for the person who asked. */
export class RestoreRefused extends Error {}

/**
 * Puts a backup back in one transaction: on any failure the database is as it was. The tables are made as the backup had them, and
 * brought to this version after. Nobody stays signed in: who signed out or was removed since would be in again.
 * @param force replace what the database holds
 * @throws RestoreRefused where the factory runs on it, where it is not empty, or where the file is no good
 */
export async function restore({ url, file, force }: { url: string; file: string; force: boolean }): Promise<{ rows: number; at: string }> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // said by the query that it ends
  await client.connect();
  try {
    const reader = readLines(file);
    const header = await readHeader(reader);
    const migrations = await migrationsOf(header);
    await client.query('BEGIN');
    await refuseWhereUsed(client, { force });
    await dropTables(client);
    await applyMigrations(client, migrations);
    const rows = await putBack(client, reader);
    await setSequences(client);
    await endSignIns(client);
    const why = `restored from the backup of ${header.at}`;
    await client.query(`INSERT INTO audit (actor, action, why) VALUES ('command line', 'restore', $1)`, [why]);
    await client.query('COMMIT');
    await migrate(url);
    return { rows, at: header.at };
  } finally {
    await client.end(); // rolls back what was not committed
  }
}

type Lines = AsyncIterator<string>;

/** Not by readline, which also breaks lines at U+2028 and ends quietly where its input breaks. */
async function* readLines(file: string): AsyncGenerator<string> {
  const input = createReadStream(file);
  const bytes = createGunzip();
  input.once('error', (error) => bytes.destroy(error));
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    for await (const chunk of input.pipe(bytes) as AsyncIterable<Buffer>) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (cause) {
    throw new RestoreRefused(`${file} cannot be read to its end: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
  } finally {
    input.destroy();
  }
}

async function readHeader(reader: Lines): Promise<BackupHeader> {
  const first = await reader.next();
  const parsed = first.done ? undefined : backupHeaderSchema.safeParse(parseJson(first.value));
  if (!parsed?.success) throw new RestoreRefused('This file is no backup of the factory.');
  return parsed.data;
}

async function migrationsOf(header: BackupHeader): Promise<Awaited<ReturnType<typeof readMigrations>>> {
  const own = await readMigrations();
  return header.migrations.map(({ name, checksum }) => {
    const migration = own.find((each) => each.name === name);
    if (migration?.checksum === checksum) return migration;
    throw new RestoreRefused(
      `This backup was made by another version (${header.version}), whose migration ${name} this one does not have. Restore it with that version.`,
    );
  });
}

async function refuseWhereUsed(client: pg.Client, { force }: { force: boolean }): Promise<void> {
  const has = async (table: string) => (await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [table])).rows[0]?.found;
  if (!(await has('work_item'))) return refuseWhereAnothers(client);
  const alive = await client.query<{ host: string }>(`SELECT host FROM supervisor WHERE beat_at > now() - make_interval(secs => ${ALIVE_SECONDS})`);
  if (alive.rows[0])
    throw new RestoreRefused(`A supervisor runs on this database (on ${alive.rows[0].host}): stop the factory, wait ${ALIVE_SECONDS} s and try again.`);
  const { rows } = await client.query<{ items: number; users: number }>(
    'SELECT (SELECT count(*)::int FROM work_item) AS items, (SELECT count(*)::int FROM "user") AS users',
  );
  const { items = 0, users = 0 } = rows[0] ?? {};
  if (!force && items + users > 0) throw new RestoreRefused(`The database holds ${items} work items and ${users} people: --force replaces all of it.`);
}

/** A database without the factory's tables is a new one, or somebody else's: a mistyped address must cost nobody anything. */
async function refuseWhereAnothers(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname IN ('public', 'pgboss') AND c.relkind IN ('r', 'p')
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY 1 LIMIT 3`,
  );
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => name).join(', ');
  throw new RestoreRefused(`The database holds tables that are not the factory’s (${names}): name an empty one, or the factory’s own, in DATABASE_URL.`);
}

/** The factory's own, and the queue's: its jobs are made anew of what waits. */
async function dropTables(client: pg.Client): Promise<void> {
  await client.query('DROP SCHEMA IF EXISTS pgboss CASCADE');
  for (const name of [...(await readTables(client)).map((table) => table.name), '_prisma_migrations'])
    await client.query(`DROP TABLE IF EXISTS ${pg.escapeIdentifier(name)} CASCADE`);
}

async function putBack(client: pg.Client, reader: Lines): Promise<number> {
  const tables = await readTables(client);
  let insert = '';
  let batch: string[] = [];
  let chars = 0;
  let rows = 0;
  const flush = async () => {
    if (batch.length > 0) await client.query(insert, [`[${batch.join(',')}]`]);
    batch = [];
    chars = 0;
  };
  for (let next = await reader.next(); !next.done; next = await reader.next()) {
    const parsed = backupLineSchema.safeParse(parseJson(next.value));
    if (!parsed.success) throw new RestoreRefused('The backup holds a line that is none of its own.');
    const line = parsed.data;
    if (Array.isArray(line)) {
      if (insert === '') throw new RestoreRefused('The backup holds a row before its table.');
      batch.push(next.value);
      chars += next.value.length;
      rows += 1;
      if (batch.length >= BATCH_ROWS || chars > BATCH_CHARS) await flush();
    } else if ('table' in line) {
      await flush();
      const table = tables.find(({ name }) => name === line.table);
      const columns = line.columns.map((name) => table?.columns.find((column) => column.name === name));
      if (!table || !columns.every((column) => column !== undefined))
        throw new RestoreRefused(`The backup’s table ${line.table} is not one of its own version.`);
      const names = columns.map(({ name }) => pg.escapeIdentifier(name)).join(', ');
      const values = columns.map(({ type }, index) => `(r->>${index})::${type}`).join(', ');
      insert = `INSERT INTO ${pg.escapeIdentifier(table.name)} (${names}) SELECT ${values} FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS t(r, n) ORDER BY n`;
    } else {
      await flush();
      if (line.rows !== rows) throw new RestoreRefused(`The backup holds ${rows} rows instead of ${line.rows}.`);
      return rows;
    }
  }
  throw new RestoreRefused('The backup ends in the middle: the file was cut off.');
}

/** Numbers that the database gives go on after the highest that came back. */
async function setSequences(client: pg.Client): Promise<void> {
  for (const { name, columns } of await readTables(client)) {
    for (const column of columns) {
      const { rows } = await client.query<{ sequence: string | null }>('SELECT pg_get_serial_sequence($1, $2) AS sequence', [
        pg.escapeIdentifier(name),
        column.name,
      ]);
      const sequence = rows[0]?.sequence;
      if (!sequence) continue;
      const highest = `(SELECT max(${pg.escapeIdentifier(column.name)}) FROM ${pg.escapeIdentifier(name)})`;
      await client.query(`SELECT setval($1, COALESCE(${highest}, 1), ${highest} IS NOT NULL)`, [sequence]);
    }
  }
}

/** Sessions and links; members and tokens are rows that people look after, and are told of. */
async function endSignIns(client: pg.Client): Promise<void> {
  for (const table of ['session', 'login_link']) {
    const { rows } = await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [table]);
    if (rows[0]?.found) await client.query(`DELETE FROM ${table}`);
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // refused by the schema, with its sentence
  }
}
