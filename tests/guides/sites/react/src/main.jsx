import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter, Link, Route, Routes } from 'react-router';
import { Article } from './Article.jsx';

createRoot(document.querySelector('#app')).render(
  <StrictMode>
    <BrowserRouter>
      <nav>
        <Link to="/night-trains/">Night trains</Link> <Link to="/day-trains/">Day trains</Link>
      </nav>
      <Routes>
        <Route path="/:name/" element={<Article />} />
      </Routes>
    </BrowserRouter>
  </StrictMode>,
);
