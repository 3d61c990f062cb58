import { metricsQuery } from '../../components/metrics/metrics-query.ts';
import { MetricsScreen } from '../../components/metrics/metrics.tsx';
import { type AddressQuery, readAddress } from '../../server/address.ts';
import { ReadAhead } from '../../server/read-ahead.tsx';

export default async function MetricsPage({ searchParams }: { searchParams: AddressQuery }) {
  const asked = metricsQuery(await readAddress(searchParams));
  return (
    <ReadAhead ask={(trpc) => [trpc.metrics.queryOptions(asked), trpc.work.facets.queryOptions()]}>
      <MetricsScreen />
    </ReadAhead>
  );
}
