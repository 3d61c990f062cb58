import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sodium from 'libsodium-wrappers';

/** Opens what was sealed to its public key; null where it was sealed to another. */
export interface KeyPair {
  /** Base64. */
  publicKey: string;
  open: (sealed: string) => string | null;
}

const file = (dataDir: string) => join(dataDir, 'secrets', 'supervisor-key');

/**
 * The key pair of the supervisor of this DATA_DIR, made at the first start; its private half is in a file that only its owner reads.
 */
export async function ensureKeyPair(dataDir: string): Promise<KeyPair> {
  await sodium.ready;
  const path = file(dataDir);
  mkdirSync(join(dataDir, 'secrets'), { recursive: true, mode: 0o700 });
  if (!existsSync(path)) writeFileSync(path, `${sodium.to_base64(sodium.crypto_box_keypair().privateKey)}\n`, { mode: 0o600, flag: 'wx' });
  return keyPairOf(path);
}

/** The same, where it was made already; null where no supervisor has started in this DATA_DIR. */
export async function readKeyPair(dataDir: string): Promise<KeyPair | null> {
  await sodium.ready;
  return existsSync(file(dataDir)) ? keyPairOf(file(dataDir)) : null;
}

function keyPairOf(path: string): KeyPair {
  const privateKey = sodium.from_base64(readFileSync(path, 'utf8').trim());
  const publicKey = sodium.crypto_scalarmult_base(privateKey);
  return {
    publicKey: sodium.to_base64(publicKey),
    open: (sealed) => {
      try {
        return sodium.to_string(sodium.crypto_box_seal_open(sodium.from_base64(sealed), publicKey, privateKey));
      } catch {
        return null; // of another key, or changed: the library says no more
      }
    },
  };
}

/** Seals a text so that only the holder of the private key can read it; not even who sealed it can. */
export async function seal(publicKey: string, text: string): Promise<string> {
  await sodium.ready;
  return sodium.to_base64(sodium.crypto_box_seal(sodium.from_string(text), sodium.from_base64(publicKey)));
}
