import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import pg from 'pg';
import { type BackupHeader, BACKUP_FORMAT, BACKUP_VERSION } from './backup-format.ts';
import { readTables, type Table } from './tables.ts';

/** Rows that are read at once; a row of the log may hold some hundred lines. */
const FETCH_ROWS = 100;

/**
 * Writes the whole database into one file, as it is at one moment; the factory may run meanwhile. Jobs of the queue are left out:
 * reconcile makes them of what waits.
 * @param file written beside its place first, readable by its owner only, then moved there
 * @param version of the factory
 * @returns how many rows it holds
 * @throws where the database or the file does not allow it
 */
export async function backUp({ url, file, version }: { url: string; file: string; version: string }): Promise<{ rows: number }> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // said by the query that it ends
  await client.connect();
  const fresh = `${file}.${process.pid}.tmp`;
  const counter = { rows: 0 };
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(`SET LOCAL TimeZone = 'UTC'`);
    await pipeline(Readable.from(lines(client, { version, counter })), createGzip(), createWriteStream(fresh, { mode: 0o600, flags: 'wx' }));
    await client.query('COMMIT');
    await rename(fresh, file);
    return counter;
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  } finally {
    await client.end();
  }
}

/** Header, then each table's columns and rows, then how many rows there were: a file that was cut off is seen. */
async function* lines(client: pg.Client, { version, counter }: { version: string; counter: { rows: number } }): AsyncGenerator<string> {
  const migrations = await client.query<{ name: string; checksum: string }>(
    `SELECT migration_name AS name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`,
  );
  const header: BackupHeader = { format: BACKUP_FORMAT, v: BACKUP_VERSION, at: new Date().toISOString(), version, migrations: migrations.rows };
  yield `${JSON.stringify(header)}\n`;
  for (const table of await readTables(client)) {
    yield `${JSON.stringify({ table: table.name, columns: table.columns.map(({ name }) => name) })}\n`;
    for await (const row of rowsOf(client, table)) {
      counter.rows += 1;
      yield `${row}\n`;
    }
  }
  yield `${JSON.stringify({ rows: counter.rows })}\n`;
}

/** Each row as a JSON array of its columns' text, which is exact for every type. */
async function* rowsOf(client: pg.Client, { name, columns }: Table): AsyncGenerator<string> {
  const values = columns.map((column) => `${pg.escapeIdentifier(column.name)}::text`).join(', ');
  await client.query(`DECLARE backup_rows NO SCROLL CURSOR FOR SELECT json_build_array(${values})::text AS row FROM ${pg.escapeIdentifier(name)}`);
  for (;;) {
    const { rows } = await client.query<{ row: string }>(`FETCH ${FETCH_ROWS} FROM backup_rows`);
    for (const { row } of rows) yield row;
    if (rows.length < FETCH_ROWS) break;
  }
  await client.query('CLOSE backup_rows');
}
