import { describe, expect, test } from 'vitest';
import { parseIssueAddress } from './issue-address.ts';

const read = (text: string) => parseIssueAddress(text, 'https://github.test');

describe('parseIssueAddress', () => {
  test.each([
    'https://github.test/acme/shop/issues/12',
    ' https://github.test/acme/shop/issues/12/ ',
    'https://github.test/acme/shop/issues/12?notification=1#issuecomment-7',
    'http://github.test/acme/shop/issues/12',
    'acme/shop#12',
  ])('%s names an issue', (text) => expect(read(text)).toEqual({ owner: 'acme', name: 'shop', number: 12 }));

  test.each([
    ['', /no address of an issue/],
    ['12', /no address of an issue/],
    ['https://github.test.evil.test/acme/shop/issues/12', /not on github\.test/],
    ['https://evil.test/acme/shop/issues/12', /not on github\.test/],
    ['javascript://github.test/acme/shop/issues/12', /not on github\.test/],
    ['https://github.test/acme/shop/pull/12', /a pull request/],
    ['https://github.test/acme/shop/issues', /names no issue/],
    ['https://github.test/acme/shop/issues/12x', /names no issue/],
    ['https://github.test/acme/../issues/12', /names no issue/],
    ['https://github.test/acme/%2fevil/issues/12', /names no issue/],
    ['-evil/shop#1', /names no issue/],
    ['acme/shop#0', /names no issue/],
    ['acme/shop#99999999999', /names no issue/],
  ])('“%s” is refused', (text, why) => {
    expect(() => read(text)).toThrow(why);
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'bad_request', field: 'issue' }) as Error);
  });
});
