import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Debian as debootstrap makes it: apt and nothing else. */
export const BARE_BASE = 'ai-factory-base:bookworm';
/** The same with this machine's Node, as the base that docker/Dockerfile takes. */
export const NODE_BASE = 'ai-factory-base:bookworm-node';

const SUITE = 'bookworm';
/** What this machine trusts, where an upgrade of ca-certificates does not write. */
const HOST_CA = '/etc/ssl/host-ca.pem';
const CACHE = join(homedir(), '.cache', 'ai-factory');
const ENGINE_START_MS = 60_000;
const run = promisify(execFile);
const sh = (script: string, args: string[] = []) => run('sh', ['-euc', script, 'sh', ...args], { maxBuffer: 64 * 1024 * 1024, timeout: 15 * 60_000 });

async function engineAnswers(): Promise<boolean> {
  return run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}

/**
 * Uses the engine that answers, else starts `dockerd` as a process of its own that outlives this one: a second engine would take
 * the first one's bridge away. Its log is in the temporary folder.
 * @returns pid of what was started @throws Error with the end of dockerd's log, and how to get an engine
 */
export async function ensureDockerEngine(): Promise<{ started: number | null }> {
  if (await engineAnswers()) return { started: null };
  const logFile = join(tmpdir(), 'ai-factory-dockerd.log');
  for (const storage of [[], ['--storage-driver', 'vfs']]) {
    const log = openSync(logFile, 'w');
    const child = spawn('dockerd', storage, { detached: true, stdio: ['ignore', log, log], cwd: '/' });
    closeSync(log);
    const failed = new Promise<false>((resolve) => {
      child.once('error', () => resolve(false));
      child.once('exit', () => resolve(false));
    });
    if (await Promise.race([failed, waitFor(engineAnswers, ENGINE_START_MS)])) {
      child.unref();
      return { started: child.pid ?? null };
    }
    child.kill('SIGKILL');
  }
  const words = existsSync(logFile) ? readFileSync(logFile, 'utf8').trim().split('\n').slice(-5).join('\n') : '';
  throw new Error(`No Docker engine answers and dockerd could not be started (Debian: apt-get install docker.io; it runs as root).\n${words}`);
}

async function waitFor(probe: () => Promise<boolean>, boundMs: number): Promise<boolean> {
  const end = Date.now() + boundMs;
  while (Date.now() < end) {
    if (await probe()) return true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return false;
}

async function hasImage(name: string): Promise<boolean> {
  return run('docker', ['image', 'inspect', name]).then(
    () => true,
    () => false,
  );
}

/** Makes BARE_BASE where it is missing: debootstrap once a machine, from this machine's own mirror and with its CA bundle. Needs root. */
export async function ensureDebootstrapBase(): Promise<string> {
  if (await hasImage(BARE_BASE)) return BARE_BASE;
  const sources = aptSources();
  const main = sources.find((source) => source.suite === SUITE);
  if (!main) throw new Error(`No apt source of ${SUITE} is configured on this machine: debootstrap has no mirror.`);
  const key = createHash('sha256')
    .update(JSON.stringify([sources, HOST_CA]))
    .digest('hex')
    .slice(0, 12);
  const tarball = join(CACHE, `debootstrap-${SUITE}-${key}.tar`);
  if (!existsSync(tarball)) {
    mkdirSync(CACHE, { recursive: true });
    const root = mkdtempSync(join(tmpdir(), 'ai-factory-base-'));
    try {
      const list = sources.map(({ uri, suite, components }) => `deb ${uri} ${suite} ${components}`).join('\n');
      await sh(
        `debootstrap --variant=minbase --include=ca-certificates ${SUITE} "$1" "$2" >&2
         printf '%s\\n' "$3" > "$1/etc/apt/sources.list"
         if [ -f /etc/ssl/certs/ca-certificates.crt ]; then cp /etc/ssl/certs/ca-certificates.crt "$1${HOST_CA}"; else : > "$1${HOST_CA}"; fi
         rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*
         tar -C "$1" -cf "$4.$$" . && mv "$4.$$" "$4"`,
        [root, main.uri, list, tarball],
      );
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }
  await run('docker', ['import', tarball, BARE_BASE], { timeout: 120_000 });
  return BARE_BASE;
}

/** Makes NODE_BASE where it is missing: BARE_BASE and the Node and npm that run this. */
export async function ensureNodeBase(): Promise<string> {
  await ensureDebootstrapBase();
  if (await hasImage(NODE_BASE)) return NODE_BASE;
  const context = mkdtempSync(join(tmpdir(), 'ai-factory-node-base-'));
  try {
    const { stdout } = await run('npm', ['root', '--global']);
    await sh(
      `mkdir -p "$1/bin" "$1/lib/node_modules"
       cp "$2" "$1/bin/node"
       cp -rL "$3/npm" "$1/lib/node_modules/npm"
       ln -s ../lib/node_modules/npm/bin/npm-cli.js "$1/bin/npm"
       ln -s ../lib/node_modules/npm/bin/npx-cli.js "$1/bin/npx"
       printf 'FROM ${BARE_BASE}\\nRUN apt-get update && apt-get install -y --no-install-recommends libstdc++6 && rm -rf /var/lib/apt/lists/*\\nCOPY . /usr/local/\\nENV NODE_EXTRA_CA_CERTS=${HOST_CA}\\n' > "$1.Dockerfile"
       DOCKER_BUILDKIT=0 docker build --network host -t ${NODE_BASE} -f "$1.Dockerfile" "$1"`,
      [context, process.execPath, stdout.trim()],
    );
  } finally {
    rmSync(context, { recursive: true, force: true });
    rmSync(`${context}.Dockerfile`, { force: true });
  }
  return NODE_BASE;
}

interface AptSource {
  uri: string;
  suite: string;
  components: string;
}

/** Debian's own sources of this machine, one-line and deb822 files. */
function aptSources(): AptSource[] {
  const dir = '/etc/apt/sources.list.d';
  const files = ['/etc/apt/sources.list', ...(existsSync(dir) ? readdirSync(dir).map((name) => join(dir, name)) : [])].filter((file) => existsSync(file));
  const found = files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return file.endsWith('.sources') ? fromDeb822(text) : fromLines(text);
  });
  const suites = [SUITE, `${SUITE}-updates`, `${SUITE}-security`];
  return found.filter(({ suite, components }) => suites.includes(suite) && components.split(/\s+/).includes('main'));
}

function fromLines(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const [, uri, suite, components] = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.+)$/.exec(line.trim()) ?? [];
    return uri && suite && components ? [{ uri, suite, components }] : [];
  });
}

function fromDeb822(text: string): AptSource[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string) => new RegExp(`^${name}:\\s*(.+)$`, 'mi').exec(stanza)?.[1]?.trim() ?? '';
    if (!field('Types').split(/\s+/).includes('deb')) return [];
    const suites = field('Suites').split(/\s+/).filter(Boolean);
    return suites.flatMap((suite) =>
      field('URIs')
        .split(/\s+/)
        .filter(Boolean)
        .map((uri) => ({ uri, suite, components: field('Components') })),
    );
  });
}
