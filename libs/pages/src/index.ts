export { day } from './day.js';
export { sendErrorPage } from './error-page.js';
export { type FormFields, text, uuid } from './form-fields.js';
export { PageErrorFilter } from './page-error.filter.js';
export { PageRenderer } from './page-renderer.js';
export { PagesModule } from './pages.module.js';
