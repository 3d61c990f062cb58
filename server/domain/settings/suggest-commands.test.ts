import { expect, test } from 'vitest';
import { suggestCommands } from './suggest-commands.ts';

const of = (files: string[], texts: Record<string, string> = {}) => {
  const { setup, verify } = suggestCommands(files, texts);
  return [setup, verify];
};
const scripts = (all: object) => ({ 'package.json': JSON.stringify({ scripts: all }) });

test('a Node project is checked by its own scripts, with the package manager of its lock file', () => {
  expect(of(['package.json', 'package-lock.json'], scripts({ test: 'vitest', lint: 'eslint .' }))).toEqual(['npm ci', 'npm run lint && npm test']);
  expect(of(['package.json', 'pnpm-lock.yaml'], scripts({ test: 'vitest', typecheck: 'tsc' }))).toEqual([
    'corepack enable && pnpm install --frozen-lockfile',
    'pnpm typecheck && pnpm test',
  ]);
  expect(of(['package.json', 'yarn.lock'], scripts({ test: 'jest' }))[1]).toBe('yarn test');
  expect(of(['package.json'], scripts({ test: 'echo "Error: no test specified" && exit 1' }))).toEqual(['npm install', null]);
});

test('other projects by what lies at their root', () => {
  expect(of(['Makefile'], { Makefile: 'build:\n\tcc a.c\ntest: build\n\t./a.out' })).toEqual([null, 'make test']);
  expect(of(['pyproject.toml', 'uv.lock'])).toEqual(['uv sync', 'uv run pytest']);
  expect(of(['requirements.txt'])[1]).toBe('.venv/bin/pytest');
  expect(of(['Cargo.toml'])).toEqual([null, 'cargo test']);
  expect(of(['go.mod', 'main.go'])).toEqual([null, 'go test ./...']);
});

test('what says nothing suggests nothing, and a file that is none of its kind does no harm', () => {
  expect(of(['README.md', 'sub/Cargo.toml'])).toEqual([null, null]);
  expect(of(['package.json'], { 'package.json': 'not json' })).toEqual(['npm install', null]);
  expect(of(['package.json'], { 'package.json': '{"scripts":{"test":5}}' })[1]).toBeNull();
});
