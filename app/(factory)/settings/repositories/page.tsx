import { Repositories } from '../../../components/settings/repositories.tsx';

export default function RepositoriesPage() {
  return <Repositories />;
}
