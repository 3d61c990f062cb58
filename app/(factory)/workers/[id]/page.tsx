import { WorkerScreen } from '../../../components/workers/worker.tsx';

export default async function WorkerPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <WorkerScreen id={id} />;
}
