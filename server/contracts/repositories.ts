import { z } from 'zod';

const noNul = (s: string) => !s.includes('\0');
const line = (max: number) => z.string().trim().max(max).refine(noNul, 'must not hold a NUL byte');
/** Empty: it says nothing, and the environment's holds. */
const optionalLine = (max: number) => line(max).transform((text) => (text === '' ? null : text));
/** These belong to the factory, or would change what a worker can reach. */
const OWN = /^(PATH|HOME|SHELL|USER|(FACTORY|ANTHROPIC|CLAUDE|GIT|LD|SSL)_\w*|(https?|no|all)_proxy|node_(extra_ca_certs|options))$/i;

export const testEnvSchema = z.record(z.string(), z.string().max(4_000).refine(noNul, 'must not hold a NUL byte')).superRefine((env, check) => {
  for (const name of Object.keys(env)) {
    if (!/^[A-Za-z_]\w{0,99}$/.test(name))
      check.addIssue({ code: 'custom', message: `“${name.slice(0, 100)}” is no name of a variable: letters, digits and underscores` });
    else if (OWN.test(name)) check.addIssue({ code: 'custom', message: `${name} is the factory’s own` });
  }
});

/** A host, host:port or *.domain, as EGRESS_ALLOW takes them. */
export const egressEntrySchema = z
  .string()
  .trim()
  .max(260)
  .regex(/^(\*\.)?(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9._-]*[a-z0-9])?)(?::\d{1,5})?$/i, 'write host, host:port or *.domain');

/** Who does the work: Claude Code, AGENT_COMMAND, or the scripted demo. */
export const agentSchema = z.enum(['claude', 'command', 'demo']);
export type Agent = z.infer<typeof agentSchema>;
/** Who can work somewhere; the first where a repository names nobody. */
export type Agents = readonly [Agent, ...Agent[]];

/** All that a repository's settings hold; what is left out stays as it is. */
export const repositorySettingsSchema = z.object({
  baseBranch: optionalLine(200).nullable(),
  image: optionalLine(300)
    .nullable()
    .refine((image) => image === null || /^\w[\w./:@-]*$/.test(image), 'it is no name of an image'),
  setup: optionalLine(4_000).nullable(),
  verify: optionalLine(4_000).nullable(),
  testEnv: testEnvSchema,
  maxWorkers: z.number().int().min(0).max(1_000).nullable(),
  maxIterations: z.number().int().min(1).max(1_000).nullable(),
  maxUsd: z.number().positive().max(10_000).nullable(),
  egressAllow: z.array(egressEntrySchema).max(100),
  agent: agentSchema.nullable(),
  learnings: z.enum(['automatic', 'person']),
});
export const saveRepositorySchema = repositorySettingsSchema.partial().extend({ name: line(500).min(1) });
export type RepositorySettingsView = z.output<typeof repositorySettingsSchema>;
