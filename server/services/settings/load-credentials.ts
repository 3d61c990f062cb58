import type { KeyPair } from '../../adapters/sealed-box.ts';
import { credentialFormSchema, type CredentialsInForce } from '../../contracts/connections.ts';
import { connectionKindSchema } from '../../contracts/supervisor-requests.ts';
import { asEnv, type CredentialEnv } from '../../domain/settings/credentials.ts';
import type { Db } from '../../db/client.ts';

export interface LoadedCredentials {
  /** To be laid over the environment: what was typed in wins. */
  env: CredentialEnv;
  inForce: CredentialsInForce;
  /** Changes whenever a row does. */
  signature: string;
}

/** The credentials that this supervisor is to work with: those typed in and sealed to its key, else the environment's. */
export async function loadCredentials(
  db: Db,
  { supervisorId, keyPair, env }: { supervisorId: string; keyPair: KeyPair; env: CredentialEnv },
): Promise<LoadedCredentials> {
  const rows = await db.credential.findMany({ where: { supervisorId }, orderBy: { kind: 'asc' } });
  const inForce: CredentialsInForce = {
    github: env.GITHUB_TOKEN ? { source: 'environment', form: 'token' } : null,
    model: env.ANTHROPIC_API_KEY
      ? { source: 'environment', form: 'api_key' }
      : env.CLAUDE_CODE_OAUTH_TOKEN
        ? { source: 'environment', form: 'oauth_token' }
        : null,
    loaded: { github: null, model: null },
    problems: [],
  };
  let overlay: CredentialEnv = {};
  for (const { kind: name, form: stored, sealed, setAt } of rows) {
    const kind = connectionKindSchema.parse(name);
    inForce.loaded[kind] = setAt.toISOString();
    const form = credentialFormSchema.parse(stored);
    const secret = keyPair.open(sealed);
    if (secret === null) {
      const what = kind === 'github' ? 'GitHub token' : 'model credential';
      inForce.problems.push({ kind, sentence: `The ${what} in the settings was sealed to another key than this DATA_DIR’s: type it in again.` });
      continue;
    }
    overlay = { ...overlay, ...asEnv(form, secret) };
    inForce[kind] = { source: 'settings', form };
  }
  return { env: overlay, inForce, signature: signatureOf(rows) };
}

/** Changes whenever a credential of this supervisor is typed in anew or cleared. */
export async function credentialsSignature(db: Db, supervisorId: string): Promise<string> {
  return signatureOf(await db.credential.findMany({ where: { supervisorId }, orderBy: { kind: 'asc' } }));
}

function signatureOf(rows: readonly { kind: string; sealed: string }[]): string {
  return JSON.stringify(rows.map(({ kind, sealed }) => [kind, sealed]));
}
