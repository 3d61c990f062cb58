import { createServer } from 'node:net';

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** Can this port be bound? Both loopbacks must be free, since `localhost` may mean either. */
export async function isPortFree(port: number, host: string): Promise<boolean> {
  const hosts = host === 'localhost' ? ['127.0.0.1', 'localhost'] : [host];
  for (const each of hosts) if (!(await isFree(port, each))) return false;
  return true;
}

/** The wanted port, or the next free one. */
export async function nextFreePort(wanted: number, host: string): Promise<number> {
  for (let port = wanted; port < wanted + 200 && port < 65_536; port++) if (await isPortFree(port, host)) return port;
  throw new Error(`No port from ${wanted} on is free: set PORT to another one.`);
}
