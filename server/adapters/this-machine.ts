import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * A name of this machine that others do not have: its host name, and where it has a machine id a hash of that, since the id itself
 * is not to be shown (machine-id(5)). A container has a host name of its own.
 */
export function machineName(): string {
  const id = readMachineId();
  return id === '' ? hostname() : `${hostname()}-${createHash('sha256').update(`ai-factory ${id}`).digest('hex').slice(0, 8)}`;
}

function readMachineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim();
  } catch {
    return ''; // not every system has one
  }
}
