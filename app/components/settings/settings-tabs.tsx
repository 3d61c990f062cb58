'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useMe } from '../shell/use-me.ts';

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
  return (
    <nav aria-label="Settings" className="mb-6 flex gap-1 overflow-x-auto border-b border-line">
      {TABS.filter((tab) => isAdmin || !('admin' in tab)).map(({ href, label }) => (
        <Link
          key={href}
          href={href}
          aria-current={path.startsWith(href) ? 'page' : undefined}
          className="-mb-px whitespace-nowrap border-b-2 border-transparent px-2.5 py-1.5 text-muted hover:text-text aria-[current]:border-text aria-[current]:font-medium aria-[current]:text-text"
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
