import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { wayBack } from '../../server/domain/way-back.ts';
import { NEW_LINK_COMMAND } from '../../server/services/access/sign-in.ts';
import { TabHead } from '../components/shell/tab-head.tsx';
import { getServices } from '../server/context.ts';
import { isRefusal, REFUSALS } from '../server/github-sign-in.ts';
import { currentActor } from '../server/session.ts';

export const dynamic = 'force-dynamic';

/** Only the ways in that are configured: GitHub; else the link of the console. A link that somebody asked for on the machine always works. */
export default async function SignInPage({ searchParams }: { searchParams: Promise<Record<string, string | undefined>> }) {
  const { link, spent, refused, error, to } = await searchParams;
  const trouble = Boolean(spent ?? refused ?? error);
  if (!link && !trouble && (await currentActor())) redirect(wayBack(to));
  const { signIn } = getServices();
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-4 px-4">
      <TabHead title="Sign in" />
      <h1 className="text-lg font-semibold">AI Software Factory</h1>
      {spent && <Trouble>This sign-in link was used already or is over 15 minutes old.</Trouble>}
      {(refused ?? error) && <Trouble>{isRefusal(refused) ? REFUSALS[refused] : REFUSALS.failed}</Trouble>}
      {link && (
        <form method="post" action="/api/sign-in" className="flex flex-col gap-3">
          <input type="hidden" name="link" value={link} />
          <p className="text-muted">This link signs in this browser, once.</p>
          <button type="submit" className="h-9 rounded bg-text px-4 font-medium text-bg" autoFocus>
            Sign in
          </button>
        </form>
      )}
      {signIn && !link && (
        <form method="post" action="/api/sign-in/github" className="flex flex-col gap-3">
          <button type="submit" className="h-9 rounded bg-text px-4 font-medium text-bg" autoFocus>
            Sign in with GitHub
          </button>
        </form>
      )}
      {!signIn && (
        <p className="text-muted">
          {link ? 'Lost it later? Run' : 'For a link, run'}{' '}
          <code className="rounded bg-panel px-1 py-0.5 font-mono text-[13px] text-text">{NEW_LINK_COMMAND}</code> on the machine where the factory runs.
        </p>
      )}
    </main>
  );
}

function Trouble({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="border-l-2 border-bad pl-3 text-bad">
      {children}
    </p>
  );
}
