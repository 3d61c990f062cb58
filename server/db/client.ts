import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from './generated/client.ts';

export type Db = PrismaClient;
/** The client inside an interactive transaction. */
export type Tx = Prisma.TransactionClient;
export { Prisma };

/** Longest that a transaction may take, lock waits included, and may wait for a connection. */
const TRANSACTION_TIMEOUT_MS = 15_000;

/** SQL that begins so is planned once a connection, under this name: what is asked dozens of times a second, in always the same words. */
const PREPARED = /^\s*\/\* prepared: (\w+) \*\//;

/** Prisma writes and reads times without their zone: only as UTC do they mean in SQL, beside now(), what they mean here. */
const IN_UTC = '-c TimeZone=UTC';

/** The address with what its own `options` say, and that. */
function inUtc(url: string): { connectionString: string; options: string } {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const said = parsed?.searchParams.get('options');
  // What the address says would win over what is said beside it.
  if (!parsed || !said) return { connectionString: url, options: IN_UTC };
  const options = `${said} ${IN_UTC}`;
  parsed.searchParams.set('options', options);
  return { connectionString: parsed.toString(), options };
}

/**
 * Connects lazily to Postgres.
 * @param url a postgresql:// address
 * @param poolSize most connections of this process
 */
export function createDb(url: string, poolSize = 10): Db {
  const pool = { ...inUtc(url), max: poolSize, connectionTimeoutMillis: 10_000 };
  // pg takes no name, '', for a statement that it does not keep.
  const adapter = new PrismaPg(pool, { statementNameGenerator: ({ sql }) => PREPARED.exec(sql)?.[1] ?? '' });
  return new PrismaClient({ adapter, transactionOptions: { maxWait: TRANSACTION_TIMEOUT_MS, timeout: TRANSACTION_TIMEOUT_MS } });
}
