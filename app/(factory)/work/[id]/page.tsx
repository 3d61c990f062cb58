import { WorkItemScreen } from '../../../components/work/work-item.tsx';

export default async function WorkItemPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <WorkItemScreen id={id} />;
}
