import { NewWork } from '../../../components/new-work.tsx';

export default function NewWorkPage() {
  return <NewWork />;
}
