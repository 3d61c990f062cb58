import { expect, test } from 'vitest';
import { judgeAddress, judgeClock, judgeDisk, judgeStream, judgeTls, judgeVectors } from './health.ts';

test('a clock is judged by its distance from another, whichever way', () => {
  const judge = (offsetMs: number) => judgeClock(offsetMs, { name: 'Clock', of: 'the database’s' });
  expect(judge(300)).toMatchObject({ name: 'Clock', result: 'PASS' });
  expect(judge(-2_500)).toMatchObject({ result: 'WARN', detail: '2.5 s ahead of the database’s' });
  expect(judge(31_000)).toMatchObject({ result: 'FAIL', detail: '31.0 s behind the database’s' });
});

test('a disk that is nearly full warns, a full one fails', () => {
  const gib = 1024 ** 3;
  expect([9, 3, 0.5].map((free) => judgeDisk({ freeBytes: free * gib, dir: '/d' }).result)).toEqual(['PASS', 'WARN', 'FAIL']);
});

test('an address names the callback to paste, whatever is said of it; one that is open to the network without TLS warns', () => {
  const githubServerUrl = 'https://github.com/';
  for (const [appUrl, result] of [
    ['https://factory.example', 'PASS'],
    ['http://localhost:3000', 'PASS'],
    ['http://[::1]:3000', 'PASS'],
    ['http://10.0.0.5:3000', 'WARN'],
  ] as const) {
    const detail = expect.stringContaining(`Homepage URL ${appUrl} and callback URL ${appUrl}/api/auth/callback/github`) as string;
    expect(judgeAddress({ appUrl, githubServerUrl })).toMatchObject({ result, detail });
  }
});

test('a Postgres without pgvector warns, with the way for the one it is', () => {
  expect(judgeVectors({ version: '0.8.0', isOwn: false })).toMatchObject({ result: 'PASS', detail: 'pgvector 0.8.0 is there' });
  expect(judgeVectors({ version: null, isOwn: false })).toMatchObject({ result: 'WARN', fix: expect.stringContaining('factory -- pgvector') as string });
  expect(judgeVectors({ version: null, isOwn: true })).toMatchObject({ result: 'WARN', fix: 'install pgvector for that Postgres' });
});

test('a certificate that is not trusted fails with the reason; a connection that fails otherwise is no matter of TLS', () => {
  const judge = (code: string) => judgeTls({ url: 'https://factory.example', code, words: 'self-signed certificate' });
  for (const code of [
    ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    ...['CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_SSL_WRONG_VERSION_NUMBER'],
  ])
    expect([code, judge(code)]).toEqual([
      code,
      expect.objectContaining({ result: 'FAIL', detail: 'the certificate of https://factory.example is not trusted: self-signed certificate' }),
    ]);
  for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'UND_ERR_CONNECT_TIMEOUT', '']) expect([code, judge(code)]).toEqual([code, null]);
});

test('events that come all at once were held back', () => {
  expect(judgeStream({ arrivalsMs: [10, 160, 310, 460, 610], everyMs: 150 }).result).toBe('PASS');
  expect(judgeStream({ arrivalsMs: [610, 610, 611, 611, 611], everyMs: 150 }).result).toBe('FAIL');
  expect(judgeStream({ arrivalsMs: [], everyMs: 150 }).result).toBe('FAIL');
});
