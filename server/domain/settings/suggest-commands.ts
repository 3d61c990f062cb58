import type { Suggestion } from '../../contracts/supervisor-requests.ts';

type Commands = Pick<Suggestion, 'setup' | 'verify' | 'because'>;

/** Files whose text a suggestion is made of, where they are there. */
export const TELLING_FILES = ['package.json', 'Makefile'] as const;

/**
 * The setup and verify commands that a repository's files suggest; null where they say nothing.
 * @param files paths from the root
 * @param texts of TELLING_FILES
 */
export function suggestCommands(files: readonly string[], texts: Readonly<Record<string, string>>): Commands {
  const has = (name: string) => files.includes(name);
  for (const suggest of [fromPackageJson, fromMakefile, fromPython, fromOthers]) {
    const found = suggest(has, texts);
    if (found) return found;
  }
  return { setup: null, verify: null, because: 'No file at the root says how this project is checked.' };
}

type Look = (has: (name: string) => boolean, texts: Readonly<Record<string, string>>) => Commands | null;

const MANAGERS = [
  { lock: 'pnpm-lock.yaml', setup: 'corepack enable && pnpm install --frozen-lockfile', run: 'pnpm' },
  { lock: 'yarn.lock', setup: 'corepack enable && yarn install --immutable', run: 'yarn' },
  { lock: 'bun.lock', setup: 'bun install --frozen-lockfile', run: 'bun run' },
  { lock: 'package-lock.json', setup: 'npm ci', run: 'npm' },
] as const;
/** What `npm init` writes: it checks nothing. */
const NO_TEST = /no test specified/;

const fromPackageJson: Look = (has, texts) => {
  const text = texts['package.json'];
  if (text === undefined) return null;
  const scripts = scriptsOf(text);
  const manager = MANAGERS.find(({ lock }) => has(lock)) ?? { lock: 'package.json', setup: 'npm install', run: 'npm' };
  const steps = ['typecheck', 'lint'].filter((name) => scripts[name]).map((name) => `${manager.run}${manager.run === 'npm' ? ' run' : ''} ${name}`);
  const test = scripts.test && !NO_TEST.test(scripts.test) ? [`${manager.run} test`] : [];
  const verify = [...steps, ...test].join(' && ') || null;
  return {
    setup: manager.setup,
    verify,
    because: verify ? `package.json has these scripts, and there is ${manager.lock}.` : `There is ${manager.lock}, but package.json has no script that checks.`,
  };
};

const fromMakefile: Look = (_has, texts) => {
  const target = ['check', 'test'].find((name) => new RegExp(`^${name}\\s*:`, 'm').test(texts.Makefile ?? ''));
  return target ? { setup: null, verify: `make ${target}`, because: `The Makefile has the target ${target}.` } : null;
};

const fromPython: Look = (has) => {
  if (has('uv.lock')) return { setup: 'uv sync', verify: 'uv run pytest', because: 'There is uv.lock.' };
  if (has('poetry.lock')) return { setup: 'poetry install', verify: 'poetry run pytest', because: 'There is poetry.lock.' };
  const venv = 'python3 -m venv .venv && .venv/bin/pip install';
  if (has('requirements.txt')) return { setup: `${venv} -r requirements.txt pytest`, verify: '.venv/bin/pytest', because: 'There is requirements.txt.' };
  if (has('pyproject.toml')) return { setup: `${venv} -e . pytest`, verify: '.venv/bin/pytest', because: 'There is pyproject.toml.' };
  return null;
};

const fromOthers: Look = (has) => {
  const known: [file: string, setup: string | null, verify: string][] = [
    ['Cargo.toml', null, 'cargo test'],
    ['go.mod', null, 'go test ./...'],
    ['mvnw', null, './mvnw -B verify'],
    ['pom.xml', null, 'mvn -B verify'],
    ['gradlew', null, './gradlew check'],
    ['Gemfile.lock', 'bundle install', 'bundle exec rake'],
    ['composer.lock', 'composer install', 'composer test'],
    ['mix.exs', 'mix deps.get', 'mix test'],
  ];
  const [file, setup, verify] = known.find(([name]) => has(name)) ?? [];
  return file !== undefined && setup !== undefined && verify !== undefined ? { setup, verify, because: `There is ${file}.` } : null;
};

function scriptsOf(text: string): Partial<Record<string, string>> {
  try {
    const parsed: unknown = JSON.parse(text);
    const scripts = typeof parsed === 'object' && parsed !== null && 'scripts' in parsed ? parsed.scripts : null;
    return typeof scripts === 'object' && scripts !== null ? Object.fromEntries(Object.entries(scripts).filter(([, value]) => typeof value === 'string')) : {};
  } catch {
    return {}; // a package.json that is none says nothing
  }
}
