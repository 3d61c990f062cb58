import { WorkItemScreen } from '../../../components/work-item/work-item.tsx';
import { ReadAhead } from '../../../server/read-ahead.tsx';

export default async function WorkItemPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return (
    <ReadAhead
      ask={({ work, learnings }) => [
        work.get.queryOptions({ id }),
        work.facts.queryOptions({ id }),
        work.lastEvents.queryOptions({ id }),
        learnings.ofWork.queryOptions({ id }),
      ]}
    >
      <WorkItemScreen id={id} />
    </ReadAhead>
  );
}
