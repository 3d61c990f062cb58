import { expect, test } from 'vitest';
import { isSpecialAddress } from './addresses.ts';
import { decideEgress, type EgressRule, parseEgressEntry, registryRule } from './allowlist.ts';

test('EGRESS_ALLOW takes a host, host:port and *.suffix, and nothing else', () => {
  expect(parseEgressEntry('Example.test')).toEqual({ kind: 'operator', host: 'example.test', port: null, suffix: false });
  expect(parseEgressEntry('example.test:8443')).toEqual({ kind: 'operator', host: 'example.test', port: 8443, suffix: false });
  expect(parseEgressEntry('*.example.test')).toEqual({ kind: 'operator', host: 'example.test', port: null, suffix: true });
  for (const wrong of ['', '*', 'https://example.test', 'a b', 'example.test:0', 'example.test:99999', 'x/*']) expect(parseEgressEntry(wrong)).toBeNull();
});

test('a registry is known by exact host and port', () => {
  expect(registryRule('https://r.test/npm/')).toEqual({ kind: 'registry', host: 'r.test', port: 443 });
  expect(registryRule('sparse+http://[::1]:4873/')).toEqual({ kind: 'registry', host: '::1', port: 4873 });
  expect(registryRule('file:///x')).toBeNull();
  expect(registryRule('direct')).toBeNull();
});

test('only what is on the list is reached', () => {
  const rules = [registryRule('https://r.test/'), parseEgressEntry('a.test'), parseEgressEntry('*.b.test'), parseEgressEntry('c.test:22')] as EgressRule[];
  const decide = (host: string, port: number) => decideEgress(rules, { host, port });
  expect(decide('R.test.', 443)).toEqual({ kind: 'allow', privateToo: true });
  expect(decide('a.test', 80)).toEqual({ kind: 'allow', privateToo: false });
  expect(decide('x.b.test', 443).kind).toBe('allow');
  expect(decide('c.test', 22).kind).toBe('allow');
  const refused: Array<[string, number]> = [
    ['r.test', 80],
    ['a.test', 22],
    ['b.test', 443],
    ['evilb.test', 443],
    ['c.test', 443],
    ['x.a.test', 443],
  ];
  expect(refused.filter(([host, port]) => decide(host, port).kind === 'allow')).toEqual([]);
});

test('private and special addresses are told from public ones', () => {
  const special =
    '0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 169.254.169.254 172.31.0.1 192.168.1.1 198.18.0.1 224.0.0.1 255.255.255.255 :: ::1 ::ffff:8.8.8.8 64:ff9b::a00:1 fe80::1 fd00::1 ff02::1 2001:db8::1 2002:a00:1:: nonsense'.split(
      ' ',
    );
  expect(special.filter((address) => !isSpecialAddress(address))).toEqual([]);
  expect(['8.8.8.8', '172.32.0.1', '192.167.1.1', '2606:4700::1', '2a00:1450::1'].filter(isSpecialAddress)).toEqual([]);
});
