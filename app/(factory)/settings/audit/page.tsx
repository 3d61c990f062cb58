import { AuditScreen } from '../../../components/settings/audit.tsx';

export default function AuditPage() {
  return <AuditScreen />;
}
