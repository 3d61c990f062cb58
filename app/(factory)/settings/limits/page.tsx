import { LimitsScreen } from '../../../components/settings/limits.tsx';
import { ReadAhead } from '../../../server/read-ahead.tsx';

export default function Limits() {
  return (
    <ReadAhead ask={(trpc) => [trpc.settings.limits.queryOptions()]}>
      <LimitsScreen />
    </ReadAhead>
  );
}
