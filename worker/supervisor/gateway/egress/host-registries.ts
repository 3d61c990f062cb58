import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostEnv } from '../../git.ts';
import { type EgressRule, parseEgressEntry, registryRule } from './allowlist.ts';
import { asProcessEnv } from '../../../../server/domain/process-env.ts';

const TOOL_TIMEOUT_MS = 15_000;
const OUTPUT_MAX_BYTES = 4 * 1024 * 1024;
const ADDRESS = /(?:sparse\+)?https?:\/\/[^\s"',;|<>\])}]+/g;

/** pip's own word for the index and the file host that it uses where nothing is configured. */
const PIP_DEFAULTS = 'import pip._internal.models.index as i\nprint(i.PyPI.simple_url)\nprint("https://" + i.PyPI.file_storage_domain)';

/**
 * All that workers may reach: the host's own registries, and what EGRESS_ALLOW adds (entries: host, host:port or *.suffix).
 * @throws where an entry is none of these
 */
export async function readEgressRules(opts: { host: HostEnv; allow: readonly string[] }): Promise<EgressRule[]> {
  const added = opts.allow.map((entry) => {
    const rule = parseEgressEntry(entry);
    if (rule === null) throw new Error(`EGRESS_ALLOW: ${entry} is not a host, host:port or *.suffix.`);
    return rule;
  });
  return [...(await readHostRegistries(opts.host)), ...added];
}

/**
 * The package registries that the host's own package managers are configured for, read from these at start.
 * A tool that is not there, or does not answer, adds nothing.
 */
async function readHostRegistries(host: HostEnv): Promise<EgressRule[]> {
  const ask = (command: string, args: string[]) => output(command, args, host);
  const home = host.HOME ?? '/';
  const texts = await Promise.all([
    ask('npm', ['config', 'ls', '--json']).then(npmRegistries),
    ask('python3', ['-m', 'pip', 'config', 'list']).then((text) =>
      text
        .split('\n')
        .filter((line) => /index-url|find-links/.test(line))
        .join('\n'),
    ),
    ask('python3', ['-c', PIP_DEFAULTS]),
    ask('go', ['env', 'GOPROXY']),
    Promise.all(['.cargo/config.toml', '.cargo/config'].map((name) => readText(join(home, name)))).then((all) => all.join('\n')),
    aptSources(),
    Promise.resolve([host.npm_config_registry, host.PIP_INDEX_URL, host.PIP_EXTRA_INDEX_URL, host.UV_INDEX_URL, host.GOPROXY].join('\n')),
  ]);
  const rules = new Map<string, EgressRule>();
  for (const address of texts.join('\n').match(ADDRESS) ?? []) {
    const rule = registryRule(address);
    if (rule?.kind === 'registry') rules.set(`${rule.host}:${rule.port}`, rule);
  }
  return [...rules.values()];
}

/** `registry` and every `@scope:registry` of npm's whole configuration. */
function npmRegistries(text: string): string {
  try {
    const config = JSON.parse(text) as Record<string, unknown>;
    return Object.entries(config)
      .filter(([key, value]) => /(^|:)registry$/.test(key) && typeof value === 'string')
      .map(([, value]) => value as string)
      .join('\n');
  } catch {
    return '';
  }
}

async function aptSources(): Promise<string> {
  const folder = '/etc/apt/sources.list.d';
  const names = await readdir(folder).catch(() => []);
  const files = ['/etc/apt/sources.list', ...names.filter((name) => /\.(list|sources)$/.test(name)).map((name) => join(folder, name))];
  const texts = await Promise.all(files.map(readText));
  return texts
    .join('\n')
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n');
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

function output(command: string, args: string[], host: HostEnv): Promise<string> {
  return new Promise((resolve) => {
    const env = asProcessEnv(host);
    execFile(command, args, { env, cwd: '/', timeout: TOOL_TIMEOUT_MS, maxBuffer: OUTPUT_MAX_BYTES }, (error, stdout) => resolve(error ? '' : stdout));
  });
}
