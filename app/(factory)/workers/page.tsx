import { WorkerList } from '../../components/workers/worker-list.tsx';

export default function WorkersPage() {
  return <WorkerList />;
}
