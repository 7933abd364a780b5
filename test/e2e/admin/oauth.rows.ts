import type { AdminBench } from '../../support/admin-bench.js';
import { Browser } from '../../support/oauth-client.js';
import { BAD_PAGES, type RouteExpectations } from './route-expectation.js';

const createdClient = async (bench: AdminBench) => bench.clientRow((await bench.registeredClient()).clientId);

async function createdGrant(bench: AdminBench): Promise<string> {
  const client = await bench.registeredClient();
  await client.connect(new Browser(bench.server.base));
  const grants = await bench.admin('GET', `/admin/oauth/grants?clientId=${client.clientId}`);
  return (grants.body.items as { id: string }[])[0]!.id;
}

export const oauthRows: RouteExpectations = {
  'GET /admin/oauth/clients': { status: 200, badQueries: [...BAD_PAGES, ['kind=evil', 'kind']] },
  'GET /admin/oauth/clients/:id': { status: 200, target: createdClient },
  'POST /admin/oauth/clients/:id/disable': { status: 200, target: createdClient },
  'POST /admin/oauth/clients/:id/enable': { status: 200, target: createdClient },
  'DELETE /admin/oauth/clients/:id': { status: 204, target: createdClient },
  'GET /admin/oauth/grants': {
    status: 200,
    badQueries: [...BAD_PAGES, ['userId=ada', 'userId'], ['active=maybe', 'active']],
  },
  'GET /admin/oauth/grants/:id': { status: 200, target: createdGrant },
  'POST /admin/oauth/grants/:id/revoke': { status: 200, target: createdGrant },
  'GET /admin/oauth/client-hosts': { status: 200 },
  'PUT /admin/oauth/client-hosts/:host': {
    status: 200,
    target: async () => 'denied.example',
    body: () => ({ rule: 'deny' }),
    bad: [
      [{}, 'rule'],
      [{ rule: 'maybe' }, 'rule'],
      [{ rule: 'deny', host: 'a.example' }, 'host'],
    ],
  },
  'DELETE /admin/oauth/client-hosts/:host': {
    status: 204,
    unknown: ['unknown.example'],
    target: async (bench) => {
      await bench.admin('PUT', '/admin/oauth/client-hosts/gone.example', { rule: 'deny' });
      return 'gone.example';
    },
  },
};
