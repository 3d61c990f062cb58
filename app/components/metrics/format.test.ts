import { expect, test } from 'vitest';
import { duration, percent, toCsv, usd } from './format.ts';

test('nothing to measure is shown as such, never as zero', () => {
  expect([duration(null), percent(null), usd(null)]).toEqual(['–', '–', '–']);
  expect([duration(0), percent(0), usd(0)]).toEqual(['0 s', '0 %', '$0.00']);
  expect([duration(90), duration(5400), duration(129_600)]).toEqual(['1.5 min', '1.5 h', '1.5 d']);
});

test('CSV quotes what must be, leaves nothing to measure empty, and starts no formula', () => {
  const rows = [
    { repo: 'acme/"shop", old', usd: 1.5, rate: null },
    { repo: '=cmd()', usd: -2, rate: 0 },
  ];
  expect(toCsv(rows)).toBe('repo,usd,rate\r\n"acme/""shop"", old",1.5,\r\n\'=cmd(),-2,0');
});
