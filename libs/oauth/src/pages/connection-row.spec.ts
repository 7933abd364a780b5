import type { Connection } from '../grants/grants.service.js';
import { connectionRow } from './connection-row.js';

const CONNECTION: Connection = {
  id: 'an id',
  clientName: 'An assistant',
  clientId: 'mrc_1',
  clientKind: 'dynamic',
  redirectUri: 'https://app.example/cb',
  scopes: ['mcp'],
  createdAt: new Date('2026-11-22T23:59:00Z'),
  lastUsedAt: null,
};

describe('connectionRow', () => {
  it.each([
    ['https://app.example/cb', 'app.example'],
    ['https://app.example:8443/cb', 'app.example:8443'],
    ['http://127.0.0.1:33418/', 'an application on a computer'],
    ['http://[::1]:4711/cb', 'an application on a computer'],
    ['cursor://anysphere.cursor-mcp/oauth/callback', 'an application opened by cursor:'],
    [null, 'an unknown place'],
  ])('says of one that was answered at %s: %s', (redirectUri, place) => {
    expect(connectionRow({ ...CONNECTION, redirectUri })).toMatchObject({ place, unverified: true });
  });

  it('names the host whose document a client is, wherever it was answered', () => {
    const connection: Connection = {
      ...CONNECTION,
      clientKind: 'metadata',
      clientId: 'https://claude.ai/oauth/claude-code-client-metadata',
      redirectUri: 'http://localhost:4711/callback',
    };
    expect(connectionRow(connection)).toMatchObject({ place: 'claude.ai', unverified: false });
  });

  it('calls one that has no name after its place', () => {
    expect(connectionRow({ ...CONNECTION, clientName: null }).name).toBe('app.example');
  });

  it('tells days, and never', () => {
    const { since, lastUsed } = connectionRow(CONNECTION);
    expect([since, lastUsed]).toEqual([{ iso: '2026-11-22T23:59:00.000Z', text: '22 Nov 2026' }, null]);
  });
});
