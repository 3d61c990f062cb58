import { z } from 'zod';
import { connectionKindSchema } from './supervisor-requests.ts';

export const credentialFormSchema = z.enum(['token', 'api_key', 'oauth_token']);
export type CredentialForm = z.infer<typeof credentialFormSchema>;

/** One line of printable ASCII, as tokens and keys are; what was pasted around it is cut off. */
const secret = z
  .string()
  .trim()
  .min(8, 'it is shorter than a token')
  .max(1_000, 'it is longer than a token')
  .regex(/^[\x21-\x7e]*$/, 'it must be one word, without spaces');
export const setCredentialSchema = z.object({ kind: connectionKindSchema, secret });
export const clearCredentialSchema = z.object({ kind: connectionKindSchema });

const inForceSchema = z.object({ source: z.enum(['settings', 'environment']), form: credentialFormSchema }).nullable();
/** What a supervisor works with. */
export const credentialsInForceSchema = z.object({
  github: inForceSchema,
  model: inForceSchema,
  /** When what it found typed in was set: another time in the table means that it has not taken that over yet. */
  loaded: z.object({ github: z.iso.datetime().nullable(), model: z.iso.datetime().nullable() }),
  /** A sentence for each that was typed in and cannot be opened. */
  problems: z.array(z.object({ kind: connectionKindSchema, sentence: z.string() })),
});
export type CredentialsInForce = z.infer<typeof credentialsInForceSchema>;
