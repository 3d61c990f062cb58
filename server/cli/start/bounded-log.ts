import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const LOG_MAX_BYTES = 20 * 1024 * 1024;

export interface BoundedLog {
  write: (text: string) => void;
  end: () => void;
}

/** Appends to a file; one that has grown to `maxBytes` makes way as `<path>.1`, so that the two together stay bounded. */
export function openBoundedLog(path: string, maxBytes = LOG_MAX_BYTES): BoundedLog {
  let fd: number | null = null;
  let size = 0;
  let ended = false;
  const open = (): number => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    fd = openSync(path, 'a', 0o600);
    ({ size } = fstatSync(fd));
    return fd;
  };
  const close = () => {
    if (fd !== null) closeSync(fd);
    fd = null;
  };
  return {
    write: (text) => {
      if (ended) return;
      try {
        fd ??= open();
        if (size >= maxBytes) {
          close();
          renameSync(path, `${path}.1`);
        }
        size += writeSync(fd ?? open(), text);
      } catch {
        return; // a full disk costs lines of the log, never the factory
      }
    },
    end: () => {
      ended = true;
      close();
    },
  };
}
