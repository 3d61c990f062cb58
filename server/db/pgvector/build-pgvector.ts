import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../../domain/app-error.ts';
import { builtPlace } from './install-pgvector.ts';

const run = promisify(execFile);
/** Debian's release that has pgvector and Postgres 17. */
const SUITE = 'trixie';
const STEP_TIMEOUT_MS = 5 * 60_000;
const CFLAGS = ['-O2', '-ftree-vectorize', '-fno-math-errno', '-fassociative-math', '-fno-signed-zeros', '-fno-trapping-math', '-fPIC', '-shared'];

/**
 * Builds pgvector for Postgres 17 from Debian's own source package into DATA_DIR/pgvector: with a state of apt of its own, so that the
 * machine's packages and sources stay as they are. Takes about 10 s.
 * @param say hears each step
 * @returns its version
 * @throws AppError with what is missing, or the words of the tool that failed
 */
export async function buildPgvector(dataDir: string, { say, signal }: { say: (step: string) => void; signal: AbortSignal }): Promise<string> {
  const mirror = debianMirror();
  if (process.getuid?.() !== 0 || mirror === null || !existsSync('/usr/bin/gcc')) {
    throw new AppError('not_ready', 'pgvector is built on Debian, as root, with gcc; elsewhere install it for Postgres 17 (Homebrew: brew install pgvector).');
  }
  const work = mkdtempSync(join(tmpdir(), 'pgvector-'));
  try {
    say('fetching the source and the headers');
    const { source, headers } = await fetchPackages(work, { mirror, signal });
    say('compiling');
    const version = await compile(work, { source, headers, signal });
    const target = join(dataDir, 'pgvector');
    const part = `${target}.${process.pid}.part`;
    rmSync(part, { recursive: true, force: true });
    cpSync(join(work, 'out'), part, { recursive: true });
    rmSync(target, { recursive: true, force: true });
    renameSync(part, target);
    if (!existsSync(builtPlace(dataDir).library)) throw new AppError('not_ready', `pgvector was built, but is not in ${target}.`);
    return version;
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof AppError ? error : new AppError('unavailable', `pgvector could not be built: ${wordsOf(error)}`, { cause: error });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The first mirror that this Debian is configured for; null on any other system. */
function debianMirror(): string | null {
  const folder = '/etc/apt/sources.list.d';
  if (!existsSync('/etc/debian_version') || !existsSync('/etc/apt')) return null;
  const files = ['/etc/apt/sources.list', ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [])].filter((file) =>
    existsSync(file),
  );
  const text = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  return /^\s*(?:URIs:|deb\s+(?:\[[^\]]*\]\s+)?)\s*(https?:\S+)/m.exec(text)?.[1] ?? null;
}

async function fetchPackages(work: string, { mirror, signal }: { mirror: string; signal: AbortSignal }): Promise<{ source: string; headers: string }> {
  const [state, cache, packages, headers] = ['state', 'cache', 'packages', 'headers'].map((name) => join(work, name)) as [string, string, string, string];
  for (const dir of [join(state, 'lists', 'partial'), join(cache, 'archives', 'partial'), packages, headers]) mkdirSync(dir, { recursive: true });
  const sources = join(work, 'sources.list');
  writeFileSync(sources, `deb ${mirror} ${SUITE} main\ndeb-src ${mirror} ${SUITE} main\n`);
  const own = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': join(state, 'lists'),
    'Dir::Cache': cache,
    'APT::Sandbox::User': 'root',
  };
  const flags = ['-qq', ...Object.entries(own).flatMap(([name, value]) => ['-o', `${name}=${value}`])];
  const options = { cwd: packages, signal, timeout: STEP_TIMEOUT_MS };
  await run('apt-get', [...flags, 'update'], options);
  await run('apt-get', [...flags, 'source', '--download-only', 'pgvector'], options);
  await run('apt-get', [...flags, 'download', 'postgresql-server-dev-17', 'libpq-dev'], options);
  for (const name of readdirSync(packages).filter((each) => each.endsWith('.deb'))) await run('dpkg-deb', ['-x', name, headers], options);
  const archive = readdirSync(packages).find((name) => name.includes('.orig.tar.'));
  if (!archive) throw new AppError('unavailable', `${SUITE} has no source of pgvector.`);
  const source = join(work, 'source');
  mkdirSync(source);
  await run('tar', ['-xf', archive, '-C', source, '--strip-components=1'], options);
  return { source, headers: join(headers, 'usr', 'include') };
}

async function compile(work: string, { source, headers, signal }: { source: string; headers: string; signal: AbortSignal }): Promise<string> {
  const out = { library: join(work, 'out', 'lib'), extension: join(work, 'out', 'extension') };
  for (const dir of Object.values(out)) mkdirSync(dir, { recursive: true });
  const include = ['postgresql/17/server', 'postgresql/internal', 'postgresql', ''].flatMap((dir) => ['-I', join(headers, dir)]);
  const files = readdirSync(join(source, 'src'))
    .filter((name) => name.endsWith('.c'))
    .map((name) => join('src', name));
  await run('gcc', [...CFLAGS, ...include, ...files, '-o', join(out.library, 'vector.so'), '-lm'], { cwd: source, signal, timeout: STEP_TIMEOUT_MS });
  const control = readFileSync(join(source, 'vector.control'), 'utf8');
  const version = /default_version\s*=\s*'([^']+)'/.exec(control)?.[1];
  if (version === undefined) throw new AppError('unavailable', 'The source of pgvector names no version.');
  cpSync(join(source, 'vector.control'), join(out.extension, 'vector.control'));
  cpSync(join(source, 'sql', 'vector.sql'), join(out.extension, `vector--${version}.sql`));
  return version;
}

function wordsOf(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  return (stderr?.trim() || message || String(error)).split('\n').slice(-3).join(' ').slice(0, 400);
}
