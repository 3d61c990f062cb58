/** What stands where a secret stood. */
const MARK = '[redacted]';

/**
 * Shapes of secrets that leave the factory nowhere: GitHub, Anthropic, AWS, the factory's own tokens, private keys,
 * credentials in URLs and Authorization headers. Every pattern is linear: no nested or adjacent unbounded repeats.
 */
const PATTERNS: readonly { pattern: RegExp; replacement: string }[] = [
  { pattern: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,20000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g, replacement: MARK },
  { pattern: /\bgh[pousr]_[A-Za-z0-9]{20,255}/g, replacement: MARK },
  { pattern: /\bgithub_pat_[A-Za-z0-9_]{20,255}/g, replacement: MARK },
  { pattern: /\bsk-ant-[A-Za-z0-9_-]{10,300}/g, replacement: MARK },
  { pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, replacement: MARK },
  { pattern: /(aws_secret_access_key["']?\s{0,3}[=:]\s{0,3}["']?)[A-Za-z0-9/+=]{30,60}/gi, replacement: `$1${MARK}` },
  { pattern: /\bf(?:wr|ct|ln|ss)_[A-Za-z0-9_-]{20,100}/g, replacement: MARK },
  { pattern: /(:\/\/)[^\s/@"'<>]{1,300}@/g, replacement: `$1${MARK}@` },
  { pattern: /(\bauthorization["']?\s{0,3}[:=]\s{0,3}["']?(?:bearer|basic|token)\s{1,3})[A-Za-z0-9._~+/=-]{8,2000}/gi, replacement: `$1${MARK}` },
];

/** Text as it may be stored: without secrets, and without what Postgres refuses in JSON (NUL, lone surrogates). Pure. */
export function cleanText(text: string): string {
  return redact(Buffer.from(text.replaceAll('\0', '�'), 'utf8').toString('utf8'));
}

/**
 * The text with everything that looks like a credential replaced by `[redacted]`.
 * Pure; a second pass changes nothing more. 64 KB take a few milliseconds.
 */
export function redact(text: string): string {
  let out = text;
  for (const { pattern, replacement } of PATTERNS) out = out.replace(pattern, replacement);
  return out;
}
