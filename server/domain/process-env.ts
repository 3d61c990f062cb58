/** The environment of a child as Node's types want it: Next's types add a NODE_ENV that a child need not have. */
export function asProcessEnv(env: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  return env as NodeJS.ProcessEnv;
}
