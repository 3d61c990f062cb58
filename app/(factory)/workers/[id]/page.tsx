import { WorkerScreen } from '../../../components/workers/worker.tsx';
import { ReadAhead } from '../../../server/read-ahead.tsx';

export default async function WorkerPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return (
    <ReadAhead ask={(trpc) => [trpc.worker.queryOptions({ id }), trpc.work.lastEvents.queryOptions({ runId: id })]}>
      <WorkerScreen id={id} />
    </ReadAhead>
  );
}
