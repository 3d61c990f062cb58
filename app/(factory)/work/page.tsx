import { WorkList } from '../../components/work/work-list.tsx';
import { workQuery } from '../../components/work/work-query.ts';
import { type AddressQuery, readAddress } from '../../server/address.ts';
import { ReadAhead } from '../../server/read-ahead.tsx';

export default async function WorkPage({ searchParams }: { searchParams: AddressQuery }) {
  const input = workQuery(await readAddress(searchParams));
  return (
    <ReadAhead ask={(trpc) => [trpc.work.list.infiniteQueryOptions(input, { getNextPageParam: (page) => page.nextCursor }), trpc.work.facets.queryOptions()]}>
      <WorkList />
    </ReadAhead>
  );
}
