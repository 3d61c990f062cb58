import { Suspense } from 'react';
import { MetricsScreen } from '../../components/metrics/metrics.tsx';

export default function MetricsPage() {
  return (
    <Suspense>
      <MetricsScreen />
    </Suspense>
  );
}
