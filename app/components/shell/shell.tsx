'use client';

import dynamic from 'next/dynamic';
import { usePathname } from 'next/navigation';
import { useTheme } from 'next-themes';
import { type MouseEvent, type ReactNode, useCallback, useEffect, useState } from 'react';
import { Toaster } from 'sonner';
import { ConnectionSign } from './connection-sign.tsx';
import { Header } from './header.tsx';
import { Keys } from './keys.tsx';
import { sayNotReached, useGo, useReached } from './use-go.ts';
import { useMe } from './use-me.ts';
import { useEscapeFromSearch, useShortcuts } from './use-shortcuts.ts';

/** Its code is fetched when somebody opens it. */
const fetchPalette = () => import('./palette.tsx').then((module) => module.Palette);
const Palette = dynamic(fetchPalette, { ssr: false });

/** The frame of every screen: where one can go, and the keys that work everywhere. */
export function Shell({ children }: { children: ReactNode }) {
  const path = usePathname();
  const go = useGo();
  const reached = useReached();
  const { resolvedTheme } = useTheme();
  const { maySteer } = useMe();
  const [showKeys, setShowKeys] = useState(false);
  const [showPalette, setShowPalette] = useState(false);
  /** Only once its code is here: without the factory it would take the screen with it. */
  const openPalette = useCallback(() => void fetchPalette().then(() => setShowPalette(true), sayNotReached), []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== 'k') return;
      event.preventDefault();
      if (!document.querySelector('dialog[open]')) openPalette();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [openPalette]);
  useEscapeFromSearch();
  useShortcuts({
    ...(maySteer ? { c: () => go('/work/new') } : {}),
    // The work list has a search field of its own, and filters to keep.
    ...(path === '/work' || path === '/learnings' ? {} : { '/': () => go('/work?focus=search') }),
    'g o': () => go('/'),
    'g w': () => go('/work'),
    'g k': () => go('/workers'),
    'g l': () => go('/learnings'),
    'g m': () => go('/metrics'),
    'g s': () => go('/settings'),
    '?': () => setShowKeys(true),
  });
  const stay = (event: MouseEvent) => {
    if (reached || !leadsAway(event)) return;
    event.preventDefault();
    event.stopPropagation();
    sayNotReached();
  };
  return (
    // What pulses says that it is so now: not while nothing is heard of it.
    <div className="mx-auto min-h-dvh max-w-6xl px-4 pb-16" data-stale={reached ? undefined : ''} onClickCapture={stay}>
      <Header openPalette={openPalette} openKeys={() => setShowKeys(true)} />
      <ConnectionSign />
      <main className="pt-6">{children}</main>
      {showPalette && <Palette close={() => setShowPalette(false)} />}
      {showKeys && <Keys {...{ maySteer, searches: path === '/learnings' ? 'learnings' : 'work' }} close={() => setShowKeys(false)} />}
      <Toaster position="bottom-right" style={{ fontFamily: 'inherit' }} theme={resolvedTheme === 'dark' ? 'dark' : 'light'} />
    </div>
  );
}

/** Would this click leave the page for another of the factory's, in this tab? A line's own link only changes the address. */
function leadsAway(event: MouseEvent): boolean {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || !(event.target instanceof Element)) return false;
  const link = event.target.closest('a');
  const href = link?.getAttribute('href') ?? '';
  return link !== null && link.target === '' && href.startsWith('/');
}
