import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The one version that the flags and lines were read from; an open range would silently give another. */
export const CLAUDE_CLI_VERSION = '2.1.330';
const PACKAGE = '@anthropic-ai/claude-code';
const INSTALL_MAX_MS = 10 * 60_000;

const run = promisify(execFile);

/** Where the pinned CLI lies in a data folder, whether or not it is installed. */
function claudeCliPath(dir: string): string {
  return join(dir, 'node_modules', '.bin', 'claude');
}

/**
 * The path of the pinned Claude Code CLI in `<dataDir>/tools/claude-<version>`, installed by npm on first need.
 * Safe to call from several processes at once: each installs beside, one rename wins.
 * Throws with npm's own words where it cannot be installed.
 */
export async function ensureClaudeCli(dataDir: string, signal?: AbortSignal): Promise<string> {
  const dir = join(dataDir, 'tools', `claude-${CLAUDE_CLI_VERSION}`);
  if (existsSync(claudeCliPath(dir))) return claudeCliPath(dir);
  const fresh = `${dir}.${process.pid}.${Date.now()}`;
  await mkdir(fresh, { recursive: true });
  try {
    await run('npm', ['install', '--prefix', fresh, '--no-audit', '--no-fund', '--no-save', '--loglevel=error', `${PACKAGE}@${CLAUDE_CLI_VERSION}`], {
      timeout: INSTALL_MAX_MS,
      maxBuffer: 16 * 1024 * 1024,
      ...(signal === undefined ? {} : { signal }),
    });
    const { stdout } = await run(claudeCliPath(fresh), ['--version'], { timeout: 60_000 });
    if (!stdout.startsWith(CLAUDE_CLI_VERSION)) throw new Error(`expected ${CLAUDE_CLI_VERSION}, found ${stdout.trim()}`);
    await rename(fresh, dir).catch((error: unknown) => {
      // Another process was first: its copy serves.
      if (!existsSync(claudeCliPath(dir))) throw error;
    });
    return claudeCliPath(dir);
  } catch (error) {
    const words = error instanceof Error && 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim().slice(-2000) : '';
    throw new Error(`Claude Code CLI ${CLAUDE_CLI_VERSION} could not be installed: ${words || (error instanceof Error ? error.message : String(error))}`, {
      cause: error,
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
