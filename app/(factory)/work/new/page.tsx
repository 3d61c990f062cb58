import { NewWork } from '../../../components/new-work/new-work.tsx';
import { ReadAhead } from '../../../server/read-ahead.tsx';

export default function NewWorkPage() {
  return (
    <ReadAhead ask={(trpc) => [trpc.repositories.list.queryOptions()]}>
      <NewWork />
    </ReadAhead>
  );
}
