import { createServer } from 'node:net';

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** The wanted port, or the next free one. Both loopbacks must be free, since `localhost` may mean either. */
export async function nextFreePort(wanted: number, host: string): Promise<number> {
  const hosts = host === 'localhost' ? ['127.0.0.1', 'localhost'] : [host];
  for (let port = wanted; port < wanted + 200 && port < 65_536; port++) {
    const free = await Promise.all(hosts.map((each) => isFree(port, each)));
    if (free.every(Boolean)) return port;
  }
  throw new Error(`No port from ${wanted} on is free: set PORT to another one.`);
}
