import Link from 'next/link';
import { TabHead } from './components/shell/tab-head.tsx';

export default function NotFoundPage() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-4 px-4">
      <TabHead title="No such page" />
      <h1 className="text-lg font-semibold">There is no such page</h1>
      <p>
        <Link href="/" className="text-accent underline underline-offset-2">
          To the overview
        </Link>
      </p>
    </main>
  );
}
