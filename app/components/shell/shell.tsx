'use client';

import { Search } from 'lucide-react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { usePathname, useRouter } from 'next/navigation';
import { useTheme } from 'next-themes';
import { type ReactNode, useEffect, useState } from 'react';
import { Toaster } from 'sonner';
import { ConnectionSign } from './connection-sign.tsx';
import { Keys } from './keys.tsx';
import { Notifications } from './notifications.tsx';
import { ThemeButton } from './theme-button.tsx';
import { useMe } from './use-me.ts';
import { useShortcuts } from './use-shortcuts.ts';

const LINKS = [
  { href: '/', label: 'Overview' },
  { href: '/work', label: 'Work' },
  { href: '/workers', label: 'Workers' },
  { href: '/learnings', label: 'Learnings' },
  { href: '/metrics', label: 'Metrics' },
  { href: '/settings', label: 'Settings' },
] as const;

/** Its code is fetched when somebody opens it. */
const Palette = dynamic(() => import('./palette.tsx').then((module) => module.Palette), { ssr: false });

/** The frame of every screen: where one can go, and the keys that work everywhere. */
export function Shell({ children }: { children: ReactNode }) {
  const path = usePathname();
  const router = useRouter();
  const { resolvedTheme } = useTheme();
  const { name, role, maySteer } = useMe();
  const [showKeys, setShowKeys] = useState(false);
  const [showPalette, setShowPalette] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== 'k') return;
      event.preventDefault();
      if (!document.querySelector('dialog[open]')) setShowPalette(true);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  useShortcuts({
    c: () => router.push('/work/new'),
    // The work list has a search field of its own, and filters to keep.
    ...(path === '/work' || path === '/learnings' ? {} : { '/': () => router.push('/work?focus=search') }),
    'g o': () => router.push('/'),
    'g w': () => router.push('/work'),
    'g k': () => router.push('/workers'),
    'g l': () => router.push('/learnings'),
    'g m': () => router.push('/metrics'),
    'g s': () => router.push('/settings'),
    '?': () => setShowKeys(true),
  });
  const active = (href: string) => path === href || (href !== '/' && path.startsWith(`${href}/`));
  return (
    <div className="mx-auto min-h-dvh max-w-6xl px-4 pb-16">
      <header className="flex h-14 items-center gap-1 overflow-x-auto border-b border-line sm:gap-2">
        <span className="mr-3 hidden whitespace-nowrap font-semibold sm:inline">AI Software Factory</span>
        <nav aria-label="Main" className="flex gap-1">
          {LINKS.map(({ href, label }) => (
            <Link
              key={href}
              href={href}
              aria-current={active(href) ? 'page' : undefined}
              className="whitespace-nowrap rounded px-2.5 py-1 text-muted hover:bg-hover hover:text-text aria-[current]:font-medium aria-[current]:text-text"
            >
              {label}
            </Link>
          ))}
        </nav>
        <span className="flex-1" />
        {maySteer && (
          <Link href="/work/new" className="whitespace-nowrap rounded bg-text px-2.5 py-1 font-medium text-bg hover:opacity-90">
            New work
          </Link>
        )}
        <button type="button" aria-label="Command palette" className="rounded p-2 text-muted hover:bg-hover" onClick={() => setShowPalette(true)}>
          <Search aria-hidden className="size-4" />
        </button>
        <ThemeButton />
        <Notifications />
        <button type="button" aria-label="Keys" className="hidden rounded px-2 py-1 text-muted hover:bg-hover sm:block" onClick={() => setShowKeys(true)}>
          ?
        </button>
        {role && name !== 'local' && (
          <span className="hidden whitespace-nowrap text-[13px] text-muted sm:inline">
            {name}, {role}
          </span>
        )}
        <form method="post" action="/api/sign-out">
          <button type="submit" className="whitespace-nowrap rounded px-2.5 py-1 text-muted hover:bg-hover hover:text-text">
            Sign out
          </button>
        </form>
      </header>
      <ConnectionSign />
      <main className="pt-6">{children}</main>
      {showPalette && <Palette screens={LINKS} close={() => setShowPalette(false)} />}
      {showKeys && <Keys close={() => setShowKeys(false)} />}
      <Toaster position="bottom-right" style={{ fontFamily: 'inherit' }} theme={resolvedTheme === 'dark' ? 'dark' : 'light'} />
    </div>
  );
}
