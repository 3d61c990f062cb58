import { MembersScreen } from '../../../components/settings/members.tsx';
import { ReadAhead } from '../../../server/read-ahead.tsx';

export default function MembersPage() {
  return (
    <ReadAhead ask={(trpc) => [trpc.members.list.queryOptions()]}>
      <MembersScreen />
    </ReadAhead>
  );
}
