import { describe, expect, it } from 'vitest';
import { redact } from './redaction.ts';

const body = (length: number) => 'aB3'.repeat(Math.ceil(length / 3)).slice(0, length);

describe('redact', () => {
  it.each([
    ['a classic GitHub token', `ghp_${body(36)}`],
    ['an OAuth GitHub token', `gho_${body(36)}`],
    ['an installation token', `ghs_${body(36)}`],
    ['a fine-grained GitHub token', `github_pat_${body(22)}_${body(59)}`],
    ['an Anthropic key', `sk-ant-api03-${body(90)}`],
    ['an AWS key id', 'AKIAIOSFODNN7EXAMPLE'],
    ['a run token', `fwr_${body(43)}`],
    ['an API token', `fct_${body(43)}`],
    ['a sign-in link', `fln_${body(43)}`],
    ['a session', `fss_${body(43)}`],
  ])('hides %s', (_name, secret) => {
    const out = redact(`before ${secret} after`);
    expect(out).toBe('before [redacted] after');
  });

  it('hides credentials in a URL and keeps the host', () => {
    expect(redact('fatal: https://x-access-token:hunter2@git.example/a/b.git')).toBe('fatal: https://[redacted]@git.example/a/b.git');
  });

  it('hides a private key, also one whose end was cut off', () => {
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${body(600)}\n-----END RSA PRIVATE KEY-----`;
    expect(redact(`a\n${key}\nb`)).toBe('a\n[redacted]\nb');
    expect(redact(key.slice(0, 300))).toBe('[redacted]');
  });

  it('hides the value of an Authorization header and an AWS secret', () => {
    expect(redact('Authorization: Bearer abcdefgh.ijkl')).toBe('Authorization: Bearer [redacted]');
    expect(redact(`aws_secret_access_key = ${body(40)}`)).toBe('aws_secret_access_key = [redacted]');
  });

  it('leaves ordinary text, commits and plain addresses alone', () => {
    const text = 'commit 0123456789abcdef0123456789abcdef01234567 of git@github.com:a/b.git, see https://example.com/a@b';
    expect(redact(text)).toBe(text);
  });

  it('stays fast on text made to be slow', () => {
    const started = performance.now();
    for (const evil of ['-----BEGIN PRIVATE KEY-----', '://', 'authorization: bearer ', 'aws_secret_access_key=', 'ghp_', 'a']) {
      redact(evil.repeat(Math.ceil(65_536 / evil.length)));
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
