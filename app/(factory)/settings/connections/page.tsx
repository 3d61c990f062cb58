import { Connections } from '../../../components/settings/connections.tsx';

export default function ConnectionsPage() {
  return <Connections />;
}
