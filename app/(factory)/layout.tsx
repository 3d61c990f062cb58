import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { Providers } from '../components/shell/providers.tsx';
import { Shell } from '../components/shell/shell.tsx';
import { ReadAhead } from '../server/read-ahead.tsx';
import { currentActor } from '../server/session.ts';
import { ASKED_HEADER, signInAddress } from '../server/way-back.ts';

export const dynamic = 'force-dynamic';

/** Everything behind the sign-in. Data is authorised again in each procedure. */
export default async function FactoryLayout({ children }: { children: ReactNode }) {
  if (!(await currentActor())) redirect(signInAddress((await headers()).get(ASKED_HEADER)));
  return (
    <Providers>
      <ReadAhead ask={(trpc) => [trpc.me.queryOptions(), trpc.status.queryOptions()]}>
        <Shell>{children}</Shell>
      </ReadAhead>
    </Providers>
  );
}
