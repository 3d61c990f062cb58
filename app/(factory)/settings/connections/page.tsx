import { Connections } from '../../../components/settings/connections.tsx';
import { ReadAhead } from '../../../server/read-ahead.tsx';

export default function ConnectionsPage() {
  return (
    <ReadAhead ask={(trpc) => [trpc.connections.get.queryOptions()]}>
      <Connections />
    </ReadAhead>
  );
}
