import { Suspense } from 'react';
import { WorkList } from '../../components/work/work-list.tsx';

export default function WorkPage() {
  return (
    <Suspense>
      <WorkList />
    </Suspense>
  );
}
