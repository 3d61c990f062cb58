import { redirect } from 'next/navigation';
import { Repository } from '../../../../components/settings/repositories/repository.tsx';
import { ReadAhead } from '../../../../server/read-ahead.tsx';

/** A name may be a path or an address: it stands in the query. */
export default async function RepositoryPage({ searchParams }: { searchParams: Promise<{ name?: string | string[] }> }) {
  const { name } = await searchParams;
  if (typeof name !== 'string' || name === '') redirect('/settings/repositories');
  return (
    <ReadAhead ask={(trpc) => [trpc.repositories.get.queryOptions({ name })]}>
      <Repository key={name} name={name} />
    </ReadAhead>
  );
}
