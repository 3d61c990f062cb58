import { Suspense } from 'react';
import { LearningsScreen } from '../../components/learnings/learnings.tsx';

export default function LearningsPage() {
  return (
    <Suspense>
      <LearningsScreen />
    </Suspense>
  );
}
