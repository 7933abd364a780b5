import type { RouteExpectations } from './route-expectation.js';

export const descriptionRows: RouteExpectations = {
  'GET /admin/openapi.json': { status: 200, curators: true },
  'GET /admin/docs': { status: 200, curators: true },
};
