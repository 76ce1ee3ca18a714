import { useLocation } from 'react-router';
import { Comments } from './Comments.jsx';

export function Article() {
  const { pathname } = useLocation();
  return (
    <main>
      <p>An article about trains.</p>
      @@GUIDE 1@@
    </main>
  );
}
