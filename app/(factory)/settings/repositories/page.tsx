import { Repositories } from '../../../components/settings/repositories/repositories.tsx';
import { ReadAhead } from '../../../server/read-ahead.tsx';

export default function RepositoriesPage() {
  return (
    <ReadAhead ask={(trpc) => [trpc.repositories.list.queryOptions()]}>
      <Repositories />
    </ReadAhead>
  );
}
