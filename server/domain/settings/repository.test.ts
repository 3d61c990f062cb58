import { describe, expect, test } from 'vitest';
import { parseRepository } from './repository.ts';

const hub = { localMode: false, githubServerUrl: 'https://github.com' };
const local = { ...hub, localMode: true };

describe('what is taken', () => {
  test.each([
    'acme/shop',
    'https://github.com/acme/shop',
    'https://github.com/acme/shop.git',
    'git@github.com:acme/shop.git',
    'ssh://git@github.com/acme/shop',
  ])('%s is the GitHub repository', (input) =>
    expect(parseRepository(input, hub)).toEqual({ repo: 'acme/shop', repoKind: 'github', cloneUrl: 'https://github.com/acme/shop.git' }),
  );
  test.each(['https://git.example.org/a/b.git', 'git@git.example.org:a/b.git', 'ssh://git@git.example.org:2222/a/b'])('%s is a plain git remote', (input) =>
    expect(parseRepository(input, hub)).toEqual({ repo: input, repoKind: 'git', cloneUrl: input }),
  );
  test.each(['/srv/repo.git', 'file:///srv/repo.git', 'http://localhost:8080/repo.git'])('%s only in local mode', (input) => {
    expect(parseRepository(input, local).repoKind).toBe('git');
    expect(() => parseRepository(input, hub)).toThrow(/only in local mode/);
  });
});

describe('what is refused, each with its sentence', () => {
  test.each([
    ['ext::sh -c id', /ext:: are not taken/],
    ['--upload-pack=x', /begin with a dash/],
    ['acme/\u0007shop', /control characters/],
    ['https://user:pw@git.example.org/a/b', /user name or password/],
    ['https://token@github.com/a/b', /user name or password/],
    ['ftp://git.example.org/a', /ftp: URLs are not taken/],
    ['just words', /neither owner\/name nor a git URL/],
    ['https://github.com/acme', /owner\/name is missing/],
    ['ssh://-oProxyCommand=x/a', /begin with a dash|neither/],
    ['', /name one/],
    ['acme/..', /neither/],
    ['git@git.example.org:-x', /path must not begin with a dash/],
    ['ssh://-oX@git.example.org/a', /user must not begin with a dash/],
    ['https://git.example.org/a%0ab', /control characters/],
  ])('%s', (input, why) => expect(() => parseRepository(input, local)).toThrow(why));
});
