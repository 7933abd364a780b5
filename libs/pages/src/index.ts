export { AccountTabs } from './account-tabs.js';
export { day, instant } from './day.js';
export { sendErrorPage } from './error-page.js';
export { type FormFields, text, texts, uuid } from './form-fields.js';
export { leaveWithNotice, takeNotice } from './notice.js';
export { PageErrorFilter } from './page-error.filter.js';
export { PageRenderer } from './page-renderer.js';
export { PagesModule } from './pages.module.js';
