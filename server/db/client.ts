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

/**
 * Connects lazily to Postgres.
 * @param url a postgresql:// address
 * @param poolSize most connections of this process
 */
export function createDb(url: string, poolSize = 10): Db {
  const pool = { connectionString: url, max: poolSize, connectionTimeoutMillis: 10_000 };
  // pg takes no name, '', for a statement that it does not keep.
  const adapter = new PrismaPg(pool, { statementNameGenerator: ({ sql }) => PREPARED.exec(sql)?.[1] ?? '' });
  return new PrismaClient({ adapter, transactionOptions: { maxWait: TRANSACTION_TIMEOUT_MS, timeout: TRANSACTION_TIMEOUT_MS } });
}
