import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const file = (dataDir: string) => join(dataDir, 'gateway-port');

/** Port that the gateway of this DATA_DIR had last: workers that outlived a supervisor still call it. 0: none yet, any will do. */
export function readGatewayPort(dataDir: string): number {
  return existsSync(file(dataDir)) ? Number.parseInt(readFileSync(file(dataDir), 'utf8'), 10) || 0 : 0;
}

export function writeGatewayPort(dataDir: string, port: number): void {
  writeFileSync(file(dataDir), `${port}\n`);
}
