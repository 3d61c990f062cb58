'use client';

import Link from 'next/link';
import { useEffect, useRef } from 'react';

export interface Tab {
  href: string;
  label: string;
  current: boolean;
}

/** Views of one thing, side by side; where a phone has no room for all, the current one is in sight. @param replace a view of the same page: no step of the history */
export function Tabs({ label, tabs, replace = false, className = '' }: { label: string; tabs: readonly Tab[]; replace?: boolean; className?: string }) {
  const row = useRef<HTMLElement>(null);
  const current = tabs.find((tab) => tab.current)?.href;
  useEffect(() => {
    const [nav, tab] = [row.current, row.current?.querySelector<HTMLElement>('[aria-current]')];
    // By hand: scrollIntoView would move the page too.
    if (nav && tab) nav.scrollLeft = tab.offsetLeft - nav.offsetLeft - (nav.clientWidth - tab.offsetWidth) / 2;
  }, [current]);
  return (
    <nav ref={row} aria-label={label} className={`flex gap-1 overflow-x-auto border-b border-line ${className}`}>
      {tabs.map((tab) => (
        <Link
          key={tab.href}
          href={tab.href}
          replace={replace}
          scroll={!replace}
          aria-current={tab.current ? 'page' : undefined}
          className="-mb-px whitespace-nowrap border-b-2 border-transparent px-2.5 py-1.5 text-muted hover:text-text aria-[current]:border-text aria-[current]:font-medium aria-[current]:text-text"
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
