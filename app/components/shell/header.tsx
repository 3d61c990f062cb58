'use client';

import { forgetDrafts } from '../drafts.ts';
import { Menu, Search, X } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useState } from 'react';
import { Notifications } from './notifications.tsx';
import { SCREENS } from './screens.ts';
import { ThemeButton } from './theme-button.tsx';
import { useMe } from './use-me.ts';

/** Where one can go, and what is at hand on every screen; on a narrow one most of it is behind a button. */
export function Header({ openPalette, openKeys }: { openPalette: () => void; openKeys: () => void }) {
  const path = usePathname();
  const { name, role, maySteer } = useMe();
  const [menu, setMenu] = useState(false);
  const active = (href: string) => path === href || (href !== '/' && path.startsWith(`${href}/`));
  const behind = menu ? 'flex' : 'hidden lg:flex';
  return (
    <header
      className="flex min-h-14 flex-wrap items-center gap-1 border-b border-line py-2 lg:flex-nowrap lg:gap-2 lg:py-0"
      onKeyDown={(event) => event.key === 'Escape' && setMenu(false)}
    >
      <button
        type="button"
        aria-label="Menu"
        aria-expanded={menu}
        aria-controls="menu-screens menu-more"
        className="-ml-2 rounded p-2 hover:bg-hover lg:hidden"
        onClick={() => setMenu(!menu)}
      >
        {menu ? <X aria-hidden className="size-5" /> : <Menu aria-hidden className="size-5" />}
      </button>
      <span className="mr-3 min-w-0 flex-1 truncate font-semibold lg:flex-none">AI Software Factory</span>
      <nav
        id="menu-screens"
        aria-label="Main"
        className={`${behind} order-last w-full flex-col gap-1 pt-1 lg:order-none lg:w-auto lg:flex-1 lg:flex-row lg:pt-0`}
        onClick={() => setMenu(false)}
      >
        {SCREENS.map(({ href, label }) => (
          <Link
            key={href}
            href={href}
            aria-current={active(href) ? 'page' : undefined}
            className="whitespace-nowrap rounded px-2.5 py-2 text-muted hover:bg-hover hover:text-text aria-[current]:font-medium aria-[current]:text-text lg:py-1"
          >
            {label}
          </Link>
        ))}
      </nav>
      {maySteer && (
        <Link href="/work/new" className="whitespace-nowrap rounded bg-text px-2.5 py-1 font-medium text-bg hover:opacity-90">
          New work
        </Link>
      )}
      <button type="button" aria-label="Command palette" className="rounded p-2 text-muted hover:bg-hover" onClick={openPalette}>
        <Search aria-hidden className="size-4" />
      </button>
      <div
        id="menu-more"
        className={`${behind} order-last w-full items-center gap-1 border-t border-line py-2 lg:order-none lg:w-auto lg:gap-2 lg:border-0 lg:py-0`}
      >
        <ThemeButton />
        <Notifications />
        <button type="button" aria-label="Keys" className="hidden rounded px-2 py-1 text-muted hover:bg-hover lg:block" onClick={openKeys}>
          ?
        </button>
        {role && name !== 'local' && (
          <bdi className="min-w-0 truncate text-[13px] text-muted">
            {name}, {role}
          </bdi>
        )}
        <form method="post" action="/api/sign-out" onSubmit={forgetDrafts} className="ml-auto lg:ml-0">
          <button type="submit" className="whitespace-nowrap rounded px-2.5 py-1 text-muted hover:bg-hover hover:text-text">
            Sign out
          </button>
        </form>
      </div>
    </header>
  );
}
