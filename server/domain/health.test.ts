import { expect, test } from 'vitest';
import { judgeAddress, judgeClock, judgeDisk, judgeStream } from './health.ts';

test('a clock is judged by its distance from the database’s, whichever way', () => {
  expect(judgeClock(300).result).toBe('PASS');
  expect(judgeClock(-2_500)).toMatchObject({ result: 'WARN', detail: '2.5 s ahead of the database’s' });
  expect(judgeClock(31_000)).toMatchObject({ result: 'FAIL', detail: '31.0 s behind the database’s' });
});

test('a disk that is nearly full warns, a full one fails', () => {
  const gib = 1024 ** 3;
  expect([9, 3, 0.5].map((free) => judgeDisk({ freeBytes: free * gib, dir: '/d' }).result)).toEqual(['PASS', 'WARN', 'FAIL']);
});

test('an address names the callback to paste; one that is open to the network without TLS warns', () => {
  const githubServerUrl = 'https://github.com/';
  expect(judgeAddress({ appUrl: 'https://factory.example', githubServerUrl })).toMatchObject({
    result: 'PASS',
    detail: expect.stringContaining('callback URL https://factory.example/api/auth/callback/github') as string,
  });
  expect(judgeAddress({ appUrl: 'http://localhost:3000', githubServerUrl }).result).toBe('PASS');
  expect(judgeAddress({ appUrl: 'http://10.0.0.5:3000', githubServerUrl }).result).toBe('WARN');
});

test('events that come all at once were held back', () => {
  expect(judgeStream({ arrivalsMs: [10, 160, 310, 460, 610], everyMs: 150 }).result).toBe('PASS');
  expect(judgeStream({ arrivalsMs: [610, 610, 611, 611, 611], everyMs: 150 }).result).toBe('FAIL');
  expect(judgeStream({ arrivalsMs: [], everyMs: 150 }).result).toBe('FAIL');
});
