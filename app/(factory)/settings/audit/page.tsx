import { auditQuery } from '../../../components/settings/audit-query.ts';
import { AuditScreen } from '../../../components/settings/audit.tsx';
import { type AddressQuery, readAddress } from '../../../server/address.ts';
import { ReadAhead } from '../../../server/read-ahead.tsx';

export default async function AuditPage({ searchParams }: { searchParams: AddressQuery }) {
  const input = auditQuery(await readAddress(searchParams));
  return (
    <ReadAhead ask={(trpc) => [trpc.audit.list.infiniteQueryOptions(input, { getNextPageParam: (page) => page.next })]}>
      <AuditScreen />
    </ReadAhead>
  );
}
