import type pg from 'pg';
import { ownTables } from './migrate.ts';

export interface Table {
  name: string;
  /** In the table's own order, with their SQL types. */
  columns: { name: string; type: string }[];
  /** Tables that its rows refer to. */
  refersTo: string[];
}

/** The factory's own tables, each after those that it refers to; the bookkeeping of migrations is none of them. */
export async function readTables(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<{ name: string; columns: Table['columns']; refers_to: string[] }>(
    `SELECT c.relname AS name,
       (SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
          FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
       ARRAY(SELECT DISTINCT f.relname::text FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
          WHERE k.conrelid = c.oid AND k.contype = 'f' AND f.oid <> c.oid) AS refers_to
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname <> '_prisma_migrations' ORDER BY c.relname`,
  );
  const own = await ownTables();
  return inOrder(rows.filter(({ name }) => own.has(name)).map(({ name, columns, refers_to: refersTo }) => ({ name, columns, refersTo })));
}

function inOrder(tables: Table[]): Table[] {
  const done: Table[] = [];
  let left = tables;
  while (left.length > 0) {
    const ready = left.filter((table) => table.refersTo.every((name) => done.some((before) => before.name === name)));
    if (ready.length === 0) throw new Error(`The tables ${left.map(({ name }) => name).join(', ')} refer to each other in a circle.`);
    done.push(...ready);
    left = left.filter((table) => !ready.includes(table));
  }
  return done;
}
