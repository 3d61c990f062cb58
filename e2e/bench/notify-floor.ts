import pg from 'pg';

/** Milliseconds from a bare NOTIFY to its listener, `count` times, between two connections. */
export async function measureNotify(url: string, count: number): Promise<number[]> {
  const listener = new pg.Client({ connectionString: url });
  const sender = new pg.Client({ connectionString: url });
  await Promise.all([listener.connect(), sender.connect()]);
  try {
    await listener.query('LISTEN bench_floor');
    const times: number[] = [];
    for (let round = 0; round < count; round++) {
      const heard = new Promise<void>((resolve) => listener.once('notification', () => resolve()));
      const started = performance.now();
      await sender.query(`SELECT pg_notify('bench_floor', '${round}')`);
      await heard;
      times.push(performance.now() - started);
    }
    return times;
  } finally {
    await Promise.all([listener.end(), sender.end()]);
  }
}
