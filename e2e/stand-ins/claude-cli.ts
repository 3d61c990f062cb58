import { fileURLToPath } from 'node:url';
import { ensureClaudeCli as ensure } from '../../worker/supervisor/runtimes/claude-cli.ts';

/** The project's own data folder, where tests keep the tools that they fetched. */
const DATA_DIR = fileURLToPath(new URL('../../.data', import.meta.url));

/** The pinned Claude Code CLI for tests, by the same code as the `process` runtime; installed on first need. */
export function ensureClaudeCli(dir: string = DATA_DIR): Promise<string> {
  return ensure(dir);
}
