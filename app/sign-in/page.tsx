import { redirect } from 'next/navigation';
import { NEW_LINK_COMMAND } from '../../server/services/access/sign-in.ts';
import { currentActor } from '../server/session.ts';

export const dynamic = 'force-dynamic';

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ link?: string; spent?: string }> }) {
  const { link, spent } = await searchParams;
  if (!link && !spent && (await currentActor())) redirect('/');
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-4 px-4">
      <title>Sign in · AI Software Factory</title>
      <h1 className="text-lg font-semibold">AI Software Factory</h1>
      {spent && (
        <p role="alert" className="border-l-2 border-bad pl-3 text-bad">
          This sign-in link was used already or is over 15 minutes old.
        </p>
      )}
      {link && (
        <form method="post" action="/api/sign-in" className="flex flex-col gap-3">
          <input type="hidden" name="link" value={link} />
          <p className="text-muted">This link signs in this browser, once.</p>
          <button type="submit" className="h-9 rounded bg-text px-4 font-medium text-bg" autoFocus>
            Sign in
          </button>
        </form>
      )}
      <p className="text-muted">
        {link ? 'Lost it later? Run' : 'For a link, run'}{' '}
        <code className="rounded bg-panel px-1 py-0.5 font-mono text-[13px] text-text">{NEW_LINK_COMMAND}</code> on the machine where the factory runs.
      </p>
    </main>
  );
}
