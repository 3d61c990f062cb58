import { Health } from '../../../components/settings/health.tsx';
import { ReadAhead } from '../../../server/read-ahead.tsx';

export default function HealthPage() {
  return (
    <ReadAhead ask={(trpc) => [trpc.health.get.queryOptions()]}>
      <Health />
    </ReadAhead>
  );
}
