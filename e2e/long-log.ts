import type { Factory } from './factory.ts';

export const LONG_LOG_LINES = 100_000;

/** Fills an item's log up to 100,000 lines, in chunks as batches of a worker would be; line 3 is “the darjeeling is out”. */
export async function fillLongLog(factory: Factory, id: string): Promise<void> {
  await factory.sql(
    `INSERT INTO event_chunk (work_item_id, first_seq, last_seq, run_id, events)
     SELECT $1, min(n), max(n), 'r', jsonb_agg(jsonb_build_object('v', 1, 'workerSeq', n, 'ts', '2026-01-01T00:00:00.000Z', 'type', 'agent.text',
       'text', CASE n WHEN 3 THEN 'the darjeeling is out' ELSE 'line ' || n || ' ' || repeat('steep ', n % 30) END) ORDER BY n)
     FROM generate_series((SELECT event_seq + 1 FROM work_item WHERE id = $1), ${LONG_LOG_LINES}) AS n GROUP BY n / 64`,
    [id],
  );
  await factory.sql(`UPDATE work_item SET event_seq = ${LONG_LOG_LINES} WHERE id = $1`, [id]);
}
