import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Private, loopback, link-local, shared, documentation, multicast, translated and reserved networks (IANA special-purpose registries). */
const SPECIAL_V4: ReadonlyArray<[string, number]> = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** Of IPv6 only 2000::/3 is global unicast; within it what tunnels, translates or documents is special too. */
const SPECIAL_V6: ReadonlyArray<[string, number]> = [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

// Two lists: one that holds both kinds takes an IPv4 address for its IPv6-mapped form, too.
const specialV4 = new BlockList();
const specialV6 = new BlockList();
for (const [network, bits] of SPECIAL_V4) specialV4.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of SPECIAL_V6) specialV6.addSubnet(network, bits, 'ipv6');

/** Whether an address is none of the public internet's. What is no address is special. */
export function isSpecialAddress(address: string): boolean {
  if (isIPv4(address)) return specialV4.check(address, 'ipv4');
  return !isIPv6(address) || specialV6.check(address, 'ipv6');
}
