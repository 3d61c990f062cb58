import { execFile } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { extract, pack, type Pack } from 'tar-stream';
import { CLAUDE_CLI_VERSION } from '../../claude-cli.ts';

const run = promisify(execFile);
const FETCH_MAX_MS = 10 * 60_000;
const NODE_VERSION = '24.21.0';
const NPM_VERSION = '11.6.2';
const RALPH = '#!/bin/sh\nexec /opt/ai-factory/node/bin/node /opt/ai-factory/ralph.mjs "$@"\n';

interface Tool {
  /** Package and version, as npm knows it. */
  name: string;
  /** Where a file of the package goes in the context; null: it is left out. */
  place: (path: string) => string | null;
}

/** What the worker image takes from npm, for the engine's own processor. */
export function imageTools(arch: 'x64' | 'arm64'): Tool[] {
  const only = (wanted: string, to: string) => (path: string) => (path === wanted ? to : null);
  return [
    { name: `node-linux-${arch}@${NODE_VERSION}`, place: only('bin/node', 'tools/node/bin/node') },
    { name: `npm@${NPM_VERSION}`, place: (path) => `tools/node/lib/node_modules/npm/${path}` },
    { name: `@anthropic-ai/claude-code-linux-${arch}@${CLAUDE_CLI_VERSION}`, place: only('claude', 'tools/bin/claude') },
  ];
}

/**
 * The package's archive in `dir`, fetched by the host's npm on first need: its registry, its credential and its check of integrity serve.
 * @throws Error with npm's own words
 */
export async function fetchTool(name: string, { dir, signal }: { dir: string; signal: AbortSignal }): Promise<string> {
  const file = join(dir, `${name.replace(/[^\w.-]+/g, '-')}.tgz`);
  if (existsSync(file)) return file;
  await mkdir(dir, { recursive: true });
  const fresh = await mkdtemp(join(dir, 'fetch-'));
  try {
    await run('npm', ['pack', name, '--pack-destination', fresh, '--loglevel=error'], { timeout: FETCH_MAX_MS, signal });
    const [packed] = await readdir(fresh);
    if (packed === undefined) throw new Error('npm packed nothing');
    await rename(join(fresh, packed), file);
    return file;
  } catch (error) {
    const words = error instanceof Error && 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim().slice(-1000) : '';
    throw new Error(`${name} could not be fetched: ${words || (error instanceof Error ? error.message : String(error))}`, { cause: error });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** The build's context as a stream: nothing of its half gigabyte is held in memory. A failure ends the stream with an error. */
export function imageContext(parts: { files: Record<string, string | Buffer>; archives: Array<{ file: string; place: Tool['place'] }> }): Pack {
  const out = pack();
  const write = async () => {
    for (const [name, content] of Object.entries({ ...parts.files, 'tools/bin/ralph': RALPH })) {
      out.entry({ name, mode: name.startsWith('tools/bin/') ? 0o755 : 0o644 }, content);
    }
    for (const program of ['npm', 'npx']) {
      out.entry({ name: `tools/node/bin/${program}`, type: 'symlink', linkname: `../lib/node_modules/npm/bin/${program}-cli.js` });
    }
    for (const archive of parts.archives) await copyArchive(archive, out);
    out.finalize();
  };
  write().catch((error: unknown) => out.destroy(error instanceof Error ? error : new Error(String(error))));
  return out;
}

async function copyArchive({ file, place }: { file: string; place: Tool['place'] }, out: Pack): Promise<void> {
  const entries = extract();
  entries.on('entry', (header, content, next) => {
    const name = header.type === 'file' ? place(header.name.replace(/^[^/]+\//, '')) : null;
    if (name === null) {
      content.once('end', () => next()).resume();
      return;
    }
    const mode = /(^|\/)bin\//.test(name) ? 0o755 : 0o644;
    const target = out.entry({ name, mode, size: header.size ?? 0 }, (error) => next(error));
    content.pipe(target);
  });
  await pipeline(createReadStream(file), createGunzip(), entries);
}
