'use client';

import { useRouter } from 'next/navigation';
import { startTransition } from 'react';
import { TabHead } from './components/shell/tab-head.tsx';

/** Where a whole page could not be made, as without the database. */
export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const router = useRouter();
  // What failed was made on the server: it must be asked again, or the same failure is shown anew.
  const retry = () =>
    startTransition(() => {
      router.refresh();
      reset();
    });
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-4 px-4">
      <TabHead title="Not available" />
      <h1 className="text-lg font-semibold">The factory cannot show this page</h1>
      <p role="alert" className="border-l-2 border-bad pl-3">
        Its database does not answer, or something broke here{error.digest ? `; the log has it under ${error.digest}` : ''}.
      </p>
      <p className="text-muted">
        To see what is wrong: <code className="font-mono text-[13px] text-text">npm run factory -- doctor</code>
      </p>
      <div>
        <button type="button" className="h-8 rounded border border-line px-3 font-medium hover:bg-hover" onClick={retry}>
          Retry
        </button>
      </div>
    </main>
  );
}
