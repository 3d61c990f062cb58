import { expect, test } from 'vitest';
import { axisMean, duration, mean, percent, toCsv, usd } from './format.ts';

test('nothing to measure is shown as such, never as zero', () => {
  expect([duration(null), percent(null), usd(null)]).toEqual(['–', '–', '–']);
  expect([duration(0), percent(0), usd(0)]).toEqual(['0 s', '0 %', '$0.00']);
  expect([duration(90), duration(5400), duration(129_600)]).toEqual(['1.5 min', '1.5 h', '1.5 d']);
});

test('a mark beside an axis has no more decimals than it needs, what is measured always has one', () => {
  expect([0, 2.5, 6, 0.30000000000000004].map(axisMean)).toEqual(['0', '2.5', '6', '0.3']);
  expect([mean(null), mean(6)]).toEqual(['–', '6.0']);
});

test('CSV quotes what must be, leaves nothing to measure empty, and starts no formula', () => {
  const rows = [
    { repo: 'acme/"shop", old', usd: 1.5, rate: null },
    { repo: '=cmd()', usd: -2, rate: 0 },
  ];
  expect(toCsv(rows)).toBe('repo,usd,rate\r\n"acme/""shop"", old",1.5,\r\n\'=cmd(),-2,0');
});
