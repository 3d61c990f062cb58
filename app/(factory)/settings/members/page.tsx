import { MembersScreen } from '../../../components/settings/members.tsx';

export default function MembersPage() {
  return <MembersScreen />;
}
