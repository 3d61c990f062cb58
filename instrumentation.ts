/** Next calls this once, when the web process starts. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { LIVE_LOG_ADDRESS, serveLiveLog } = await import('./app/server/live-log-stream.ts');
  // server/cli/web-process.mjs has no other way to what Next has bundled.
  Object.assign(globalThis, { factoryLiveLog: { address: LIVE_LOG_ADDRESS, serve: serveLiveLog } });
}
