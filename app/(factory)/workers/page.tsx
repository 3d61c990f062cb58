import { WorkerList } from '../../components/workers/worker-list.tsx';
import { ReadAhead } from '../../server/read-ahead.tsx';

export default function WorkersPage() {
  return (
    <ReadAhead ask={(trpc) => [trpc.workers.queryOptions({ recent: true })]}>
      <WorkerList />
    </ReadAhead>
  );
}
