import { cookies } from 'next/headers';
import { Overview } from '../components/overview/overview.tsx';
import { FIRST_STEPS_COOKIE } from '../components/overview/first-steps-cookie.ts';
import { ReadAhead } from '../server/read-ahead.tsx';

export default async function OverviewPage() {
  const hidden = (await cookies()).get(FIRST_STEPS_COOKIE)?.value === 'hidden';
  return (
    <ReadAhead ask={(trpc) => [trpc.workers.queryOptions({ recent: false }), ...(hidden ? [] : [trpc.firstRun.get.queryOptions()])]}>
      <Overview hideFirstSteps={hidden} />
    </ReadAhead>
  );
}
