import { Health } from '../../../components/settings/health.tsx';

export default function HealthPage() {
  return <Health />;
}
