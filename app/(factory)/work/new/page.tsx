import { NewWork } from '../../../components/work/new-work.tsx';

export default function NewWorkPage() {
  return <NewWork />;
}
