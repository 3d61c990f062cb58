import { createHash, randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'; // Crockford's base 32: no i, l, o, u

/** A random id of 12 characters (60 bits) that is safe in branch, container and file names. */
export function newId(): string {
  return [...randomBytes(12)].map((byte) => ALPHABET[byte & 31]).join('');
}

/** A secret of 256 bits with a prefix that names its kind: fct_ (API), fwr_ (worker), fln_ (sign-in link), fss_ (session). */
export function newSecret(prefix: 'fct' | 'fwr' | 'fln' | 'fss'): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`;
}

/** Only this is stored of a secret: its SHA-256 in hex. Enough for random 256 bits; no salt or stretching is needed. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
