'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';

const TABS = [
  { href: '/settings/health', label: 'Health' },
  { href: '/settings/connections', label: 'Connections' },
  { href: '/settings/limits', label: 'Limits' },
] as const;

export function SettingsTabs() {
  const path = usePathname();
  return (
    <nav aria-label="Settings" className="mb-6 flex gap-1 overflow-x-auto border-b border-line">
      {TABS.map(({ href, label }) => (
        <Link
          key={href}
          href={href}
          aria-current={path === href ? 'page' : undefined}
          className="-mb-px whitespace-nowrap border-b-2 border-transparent px-2.5 py-1.5 text-muted hover:text-text aria-[current]:border-text aria-[current]:font-medium aria-[current]:text-text"
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
