import type { Duplex } from 'node:stream';
import { AppError } from '../../../../server/domain/app-error.ts';
import type { Caller, GatewayDeps } from '../deps.ts';
import { identify } from '../identify.ts';

const TUNNELS_PER_RUN = 128;
const TOKEN_CHECK_MS = 5_000;

interface Holder {
  token: string;
  runId: string;
  sockets: Set<Duplex>;
}

export interface Tunnels {
  /** Keeps a socket until it closes. Throws unavailable where the run has too many, or after close. */
  add(caller: Caller, token: string, socket: Duplex): void;
  close(): void;
}

/** The open connections of each run. They end with the run's token, and all of them with the gateway. */
export function keepTunnels(deps: GatewayDeps): Tunnels {
  const holders = new Map<string, Holder>();
  let closed = false;
  const end = (holder: Holder) => {
    for (const socket of holder.sockets) socket.destroy();
  };
  const check = async (holder: Holder) => {
    try {
      await identify(deps, { token: holder.token, runId: holder.runId });
    } catch (error) {
      if (error instanceof AppError) end(holder);
      else deps.log.warn({ err: error }, 'a token could not be checked; its connections stay for now');
    }
  };
  const timer = setInterval(() => holders.forEach((holder) => void check(holder)), TOKEN_CHECK_MS);
  timer.unref();
  return {
    add(caller, token, socket) {
      if (closed) throw new AppError('unavailable', 'The gateway is stopping.');
      const holder = holders.get(token) ?? { token, runId: caller.runId, sockets: new Set() };
      if (holder.sockets.size >= TUNNELS_PER_RUN) throw new AppError('unavailable', `A worker may have ${TUNNELS_PER_RUN} connections at once.`);
      holders.set(token, holder);
      holder.sockets.add(socket);
      socket.once('close', () => {
        holder.sockets.delete(socket);
        if (holder.sockets.size === 0) holders.delete(token);
      });
    },
    close() {
      closed = true;
      clearInterval(timer);
      holders.forEach(end);
    },
  };
}
