import { LEARNINGS_PAGE, learningFilters } from '../../components/learnings/learning-query.ts';
import { LearningsScreen } from '../../components/learnings/learnings.tsx';
import { type AddressQuery, readAddress } from '../../server/address.ts';
import { ReadAhead } from '../../server/read-ahead.tsx';

export default async function LearningsPage({ searchParams }: { searchParams: AddressQuery }) {
  const value = await readAddress(searchParams);
  const input = { q: '', ...learningFilters(value), limit: LEARNINGS_PAGE };
  // A search asks the machine that holds the embedder: the page does not wait for it.
  return (
    <ReadAhead ask={(trpc) => (value('q') === '' ? [trpc.learnings.find.queryOptions(input)] : [])}>
      <LearningsScreen />
    </ReadAhead>
  );
}
