import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where pgvector's files for Postgres 17 lie. */
export interface PgvectorFiles {
  library: string;
  /** vector.control and vector--*.sql */
  extension: string;
}

const LIBRARY = process.platform === 'darwin' ? 'vector.dylib' : 'vector.so';
/** Of Debian 13 and PGDG's packages for Debian, of PGDG's for Red Hat, and of Homebrew on both kinds of Mac. */
const PLACES: readonly { library: string; extension: string }[] = [
  { library: '/usr/lib/postgresql/17/lib', extension: '/usr/share/postgresql/17/extension' },
  { library: '/usr/pgsql-17/lib', extension: '/usr/pgsql-17/share/extension' },
  { library: '/opt/homebrew/opt/pgvector/lib/postgresql@17', extension: '/opt/homebrew/opt/pgvector/share/postgresql@17/extension' },
  { library: '/usr/local/opt/pgvector/lib/postgresql@17', extension: '/usr/local/opt/pgvector/share/postgresql@17/extension' },
];

/** Where buildPgvector() leaves it. */
export function builtPlace(dataDir: string): { library: string; extension: string } {
  return { library: join(dataDir, 'pgvector', 'lib'), extension: join(dataDir, 'pgvector', 'extension') };
}

/** pgvector as it was built here, or as the machine's packages have it; null where there is none. */
export function findPgvector(dataDir: string): PgvectorFiles | null {
  for (const { library, extension } of [builtPlace(dataDir), ...PLACES]) {
    const file = join(library, LIBRARY);
    if (existsSync(file) && existsSync(join(extension, 'vector.control'))) return { library: file, extension };
  }
  return null;
}

/**
 * Puts pgvector beside a Postgres' own extensions, where it is not there yet; a server that runs sees it at once. Each file comes whole,
 * and the one that makes the extension known comes last.
 * @param native the folder that holds the server's bin, lib and share
 * @returns whether the server has it now
 */
export function installPgvector(native: string, files: PgvectorFiles | null): boolean {
  const extension = join(native, 'share', 'postgresql', 'extension');
  if (existsSync(join(extension, 'vector.control'))) return true;
  if (!files) return false;
  const scripts = readdirSync(files.extension).filter((name) => /^vector--.*\.sql$/.test(name));
  put(files.library, join(native, 'lib', 'postgresql', LIBRARY));
  for (const name of [...scripts, 'vector.control']) put(join(files.extension, name), join(extension, name));
  return true;
}

/**
 * Keeps a copy of a server's pgvector in DATA_DIR: a database with vectors in it cannot be read without, and the server's own folder is
 * made anew with every install of packages.
 */
export function keepPgvector(native: string, dataDir: string): void {
  const kept = builtPlace(dataDir);
  const extension = join(native, 'share', 'postgresql', 'extension');
  if (existsSync(join(kept.extension, 'vector.control')) || !existsSync(join(extension, 'vector.control'))) return;
  const files = readdirSync(extension).filter((name) => /^vector--.*\.sql$/.test(name));
  put(join(native, 'lib', 'postgresql', LIBRARY), join(kept.library, LIBRARY));
  for (const name of [...files, 'vector.control']) put(join(extension, name), join(kept.extension, name));
}

function put(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  const part = `${to}.${process.pid}.part`;
  copyFileSync(from, part);
  renameSync(part, to);
}
