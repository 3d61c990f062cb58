import { expect, test } from 'vitest';
import { isRemoteAway, remoteRetryAt } from './remote-away.ts';

test.each([
  "fatal: unable to access 'https://github.com/acme/shop.git/': Could not resolve host: github.com",
  "fatal: unable to access 'http://127.0.0.1:1/a.git/': Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to server",
  "fatal: unable to access 'https://git.test/a.git/': The requested URL returned error: 503",
  "fatal: unable to access 'https://git.test/a.git/': The requested URL returned error: 429",
  'ssh: Could not resolve hostname git.test: Temporary failure in name resolution\nfatal: Could not read from remote repository.',
  'ssh: connect to host git.test port 22: Connection timed out',
  'fetch-pack: unexpected disconnect while reading sideband packet\nfatal: early EOF',
])('is over by itself: %s', (words) => expect(isRemoteAway(words)).toBe(true));

test.each([
  "remote: Repository not found.\nfatal: repository 'https://github.com/acme/nope.git/' not found",
  "fatal: Authentication failed for 'https://github.com/acme/shop.git/'",
  "fatal: unable to access 'https://git.test/a.git/': The requested URL returned error: 403",
  "fatal: '/nowhere/at/all.git' does not appear to be a git repository",
  "fatal: unable to access 'https://git.test/a.git/': SSL certificate problem: self-signed certificate",
])('needs a person: %s', (words) => expect(isRemoteAway(words)).toBe(false));

test('a server that is away is asked ever more rarely, and never less than twice an hour', () => {
  const now = new Date('2026-11-28T00:00:00Z');
  expect([0, 1, 2, 4, 5, 50].map((tries) => (remoteRetryAt(tries, now).getTime() - now.getTime()) / 60_000)).toEqual([1, 2, 4, 16, 30, 30]);
});
