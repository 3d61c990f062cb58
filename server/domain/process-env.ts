/** Variables of a process; what is undefined is not set. */
export type Environment = Record<string, string | undefined>;

/** The environment of a child as Node's types want it: Next's types add a NODE_ENV that a child need not have. */
export function asProcessEnv(env: Readonly<Environment>): NodeJS.ProcessEnv {
  return env as NodeJS.ProcessEnv;
}
