import { describe, expect, test } from 'vitest';
import { isOfThisMachine, isSameOrigin, whereFrom } from './request-guard.ts';

const from = (headers: Record<string, string>) => ({ headers: new Headers(headers) });

describe('whereFrom', () => {
  test.each([
    ['nobody wrote down who connected', {}, 'unknown'],
    ['a browser on its own', { 'x-factory-peer': '203.0.113.9' }, '203.0.113.9'],
    ['Next’s own note of who connected', { 'x-factory-peer': '::ffff:127.0.0.1', 'x-forwarded-for': '127.0.0.1' }, '127.0.0.1'],
    ['a proxy here', { 'x-factory-peer': '127.0.0.1', 'x-forwarded-for': '203.0.113.9' }, '203.0.113.9 through 127.0.0.1'],
    [
      'a proxy here that adds to a forged list',
      { 'x-factory-peer': '127.0.0.1', 'x-forwarded-for': '127.0.0.1, 203.0.113.9' },
      '203.0.113.9 through 127.0.0.1',
    ],
    ['the same in two lines', { 'x-factory-peer': '127.0.0.1', 'x-forwarded-for': '10.0.0.1,, 203.0.113.9' }, '203.0.113.9 through 127.0.0.1'],
    ['a list that ends in nothing', { 'x-factory-peer': '127.0.0.1', 'x-forwarded-for': '10.0.0.1, ' }, '127.0.0.1'],
    ['somebody who connects himself and claims another address', { 'x-factory-peer': '203.0.113.9', 'x-forwarded-for': '::1' }, '::1 through 203.0.113.9'],
    ['a claim without an end', { 'x-factory-peer': '10.0.0.2', 'x-forwarded-for': 'x'.repeat(999) }, `${'x'.repeat(64)} through 10.0.0.2`],
  ])('%s', (_, headers, where) => {
    expect(whereFrom(from(headers))).toBe(where);
  });
});

describe('isOfThisMachine', () => {
  const here = { host: 'localhost:3000', 'x-factory-peer': '127.0.0.1', 'x-factory-proxied': 'no' };
  test.each([
    ['a program here', here, true],
    ['one that asks by an address', { ...here, host: '127.0.0.1:3000' }, true],
    ['one that speaks IPv6', { ...here, host: '[::1]:3000', 'x-factory-peer': '::1' }, true],
    ['one that Next wrote down', { ...here, 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' }, true],
    ['another machine', { ...here, 'x-factory-peer': '10.0.0.2' }, false],
    ['one whose address only begins like ours', { ...here, 'x-factory-peer': '127.0.0.1.evil' }, false],
    ['a proxy here', { ...here, 'x-factory-proxied': 'yes' }, false],
    ['a proxy here that only passes the host on', { ...here, host: 'factory.example' }, false],
    ['a host that only begins like ours', { ...here, host: 'localhost.evil.example' }, false],
    ['a request that no server of ours took', { host: 'localhost:3000' }, false],
  ])('%s: %o', (_, headers, expected) => {
    expect(isOfThisMachine(from(headers))).toBe(expected);
  });
});

describe('isSameOrigin, where the browser names the page alone', () => {
  const APP_URL = 'http://factory.lan/';
  const ask = (headers: Record<string, string>) => isSameOrigin(new Request('http://x/', { headers }), () => APP_URL);
  test.each([
    ['the page that was asked', { host: '10.0.0.2:3000', origin: 'http://10.0.0.2:3000' }, true],
    ['ours, through a proxy that asks under another host', { host: 'localhost:3000', origin: 'http://factory.lan' }, true],
    ['another port of APP_URL’s machine', { host: 'localhost:3000', origin: 'http://factory.lan:8080' }, false],
    ['APP_URL with another scheme', { host: 'localhost:3000', origin: 'https://factory.lan' }, false],
    ['another site', { host: 'localhost:3000', origin: 'http://evil.example' }, false],
    ['a sandboxed frame', { host: 'localhost:3000', origin: 'null' }, false],
    ['none', { host: 'localhost:3000' }, false],
    ['another site, as the browser itself says', { host: 'localhost:3000', origin: 'http://factory.lan', 'sec-fetch-site': 'cross-site' }, false],
  ])('%s', (_, headers, expected) => {
    expect(ask(headers)).toBe(expected);
  });
});
