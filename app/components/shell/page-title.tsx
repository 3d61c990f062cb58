'use client';

import { TabHead } from './tab-head.tsx';
import { useStatus } from './use-status.ts';

/** Title and icon of the tab, with how many things need a person. */
export function PageTitle({ children }: { children: string }) {
  const { data } = useStatus();
  return <TabHead title={children} needs={data?.needsYouTotal ?? 0} />;
}
