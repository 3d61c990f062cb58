const AWAY = [
  /Could not resolve (host|hostname|proxy)/i,
  /Temporary failure in name resolution/i,
  /Failed to connect to|Couldn't connect to server|Could not connect to server/i,
  /Connection (refused|reset|timed out)|Operation timed out|Network is unreachable|No route to host/i,
  /SSL connection timeout|SSL_ERROR_SYSCALL|Recv failure|Send failure|Empty reply from server/i,
  /early EOF|the remote end hung up unexpectedly|unexpected disconnect/i,
  /returned error: (408|429|5\d\d)/,
];
const FIRST_RETRY_MS = 60_000;
const LAST_RETRY_MS = 30 * 60_000;

/**
 * Whether git did not get through to a repository's server, or found it out of order: no fault of the repository, and over by itself.
 * @param words what git wrote to stderr, in the C locale
 */
export function isRemoteAway(words: string): boolean {
  return AWAY.some((pattern) => pattern.test(words));
}

/** When a server that is away is asked again: in a minute, then half as often each time, down to twice an hour. */
export function remoteRetryAt(triesInVain: number, now: Date): Date {
  return new Date(now.getTime() + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** triesInVain));
}
