import type { Check } from '../../contracts/health.ts';

export const pass = (name: string, detail: string): Check => ({ name, result: 'PASS', detail });
export const warn = (name: string, detail: string, fix: string): Check => ({ name, result: 'WARN', detail, fix });
export const fail = (name: string, detail: string, fix: string): Check => ({ name, result: 'FAIL', detail, fix });

/** Heartbeats, leases and budgets of the day are judged by this machine's clock against times that others wrote. */
const CLOCK_WARN_MS = 2_000;
const CLOCK_FAIL_MS = 30_000;

/** @param offsetMs the other's clock less this machine's @param of whose the other one is, such as “the database’s” */
export function judgeClock(offsetMs: number, { name, of }: { name: string; of: string }): Check {
  const distance = Math.abs(offsetMs);
  const way = offsetMs > 0 ? 'behind' : 'ahead of';
  const detail = `${(distance / 1000).toFixed(1)} s ${way} ${of}`;
  const fix = 'let each machine set its clock by NTP';
  if (distance >= CLOCK_FAIL_MS) return fail(name, detail, fix);
  return distance >= CLOCK_WARN_MS ? warn(name, detail, fix) : pass(name, `agrees with ${of}`);
}

const GIB = 1024 ** 3;
const DISK_WARN_BYTES = 5 * GIB;
const DISK_FAIL_BYTES = GIB;

export function judgeDisk({ freeBytes, dir }: { freeBytes: number; dir: string }): Check {
  const detail = `${(freeBytes / GIB).toFixed(1)} GiB free at ${dir}`;
  if (freeBytes < DISK_FAIL_BYTES) return fail('Disk', detail, 'free some space, or set DATA_DIR to a larger disk');
  return freeBytes < DISK_WARN_BYTES ? warn('Disk', detail, 'workspaces and images need several GiB') : pass('Disk', detail);
}

/** Where people reach the web app, and what a GitHub OAuth app has to be told of it. */
export function judgeAddress({ appUrl, githubServerUrl }: { appUrl: string; githubServerUrl: string }): Check {
  const { origin, protocol, hostname } = new URL(appUrl);
  const oauth = `${githubServerUrl.replace(/\/+$/, '')}/settings/applications/new takes Homepage URL ${origin} and callback URL ${origin}/api/auth/callback/github`;
  const alone = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  // What to paste is said in any case: somebody who has yet to put TLS in front needs it as well.
  const detail = `${origin}. For a sign-in with GitHub, ${oauth}`;
  if (protocol === 'https:' || alone) return pass('Address', detail);
  return warn(
    'Address',
    `${detail}. It is not encrypted: sessions and tokens can be read on the way`,
    'put a proxy with TLS in front and set APP_URL to its https address',
  );
}

/** @param version of pgvector that the Postgres offers; null: none @param isOwn DATABASE_URL names it: it is not the one that comes along */
export function judgeVectors({ version, isOwn }: { version: string | null; isOwn: boolean }): Check {
  if (version !== null) return pass('Vectors', `pgvector ${version} is there`);
  return warn(
    'Vectors',
    'this Postgres has no pgvector: learnings are compared one by one, which serves some ten thousand',
    isOwn ? 'install pgvector for that Postgres' : 'npm run factory -- pgvector, and start anew',
  );
}

/** What a TLS client calls a certificate, or a conversation, that it does not trust. */
const TLS_CODE = /CERT|SIGNATURE|SIGNED|SSL|TLS/i;

/** Why a certificate was not trusted, in the error's own words; null where that was not the trouble. @param code of the error’s cause */
export function judgeTls({ url, code, words }: { url: string; code: string; words: string }): Check | null {
  if (!TLS_CODE.test(code)) return null;
  const fix = 'give the proxy a certificate that machines trust, or set NODE_EXTRA_CA_CERTS';
  return fail('Live streams', `the certificate of ${url} is not trusted: ${words}`, fix);
}

/**
 * Did the events of a test stream come one by one, or was the stream held back by something between?
 * @param arrivalsMs when each event came, in order
 * @param everyMs how far apart they were sent
 */
export function judgeStream({ arrivalsMs, everyMs }: { arrivalsMs: readonly number[]; everyMs: number }): Check {
  const spread = (arrivalsMs.at(-1) ?? 0) - (arrivalsMs[0] ?? 0);
  if (arrivalsMs.length > 1 && spread >= (everyMs * (arrivalsMs.length - 1)) / 2) return pass('Live streams', 'events come one by one');
  return fail(
    'Live streams',
    'something between holds events back until many are there: the live log will stutter',
    'turn buffering and compression off for text/event-stream in the proxy (nginx: proxy_buffering off; gzip off)',
  );
}
