import type { WorkerView } from '../../../server/contracts/rest.ts';

/** CPU of a worker, in percent of one core. */
export function Cpu({ worker }: { worker: Pick<WorkerView, 'cpuPercent'> }) {
  return <span className="tabular-nums">{worker.cpuPercent === null ? '–' : `${worker.cpuPercent.toFixed(0)} %`}</span>;
}

/** Memory of a worker. */
export function Memory({ worker }: { worker: Pick<WorkerView, 'memoryBytes'> }) {
  return <span className="tabular-nums">{worker.memoryBytes === null ? '–' : `${(worker.memoryBytes / 1024 ** 2).toFixed(0)} MB`}</span>;
}
