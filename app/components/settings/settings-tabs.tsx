'use client';

import { usePathname } from 'next/navigation';
import { useMe } from '../shell/use-me.ts';
import { Tabs } from '../tabs.tsx';

const TABS = [
  { href: '/settings/health', label: 'Health' },
  { href: '/settings/connections', label: 'Connections' },
  { href: '/settings/repositories', label: 'Repositories' },
  { href: '/settings/limits', label: 'Limits' },
  { href: '/settings/members', label: 'Members', admin: true },
  { href: '/settings/tokens', label: 'Tokens', admin: true },
  { href: '/settings/audit', label: 'Audit', admin: true },
] as const;

export function SettingsTabs() {
  const path = usePathname();
  const { isAdmin } = useMe();
  const shown = TABS.filter((tab) => isAdmin || !('admin' in tab));
  return <Tabs label="Settings" className="mb-6" tabs={shown.map(({ href, label }) => ({ href, label, current: path.startsWith(href) }))} />;
}
