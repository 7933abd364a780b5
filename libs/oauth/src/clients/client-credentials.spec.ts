import { hashSecret } from '#libs/secrets';
import { credentialsFit, readClientCredentials } from './client-credentials.js';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('readClientCredentials (RFC 6749 §2.3.1)', () => {
  it.each([
    ['public', undefined, { client_id: 'a' }, { clientId: 'a', secret: undefined, method: 'none' }],
    [
      'an empty secret is none',
      undefined,
      { client_id: 'a', client_secret: '' },
      { clientId: 'a', secret: undefined, method: 'none' },
    ],
    [
      'post',
      undefined,
      { client_id: 'a', client_secret: 's' },
      { clientId: 'a', secret: 's', method: 'client_secret_post' },
    ],
    ['basic', basic('a:s'), {}, { clientId: 'a', secret: 's', method: 'client_secret_basic' }],
    [
      'basic, scheme in small letters',
      basic('a:s').replace('Basic', 'basic'),
      {},
      { clientId: 'a', secret: 's', method: 'client_secret_basic' },
    ],
    [
      'basic, encoded',
      basic('a%2Db:s%3A1'),
      {},
      { clientId: 'a-b', secret: 's:1', method: 'client_secret_basic' },
    ],
    [
      'basic, not decodable',
      basic('a:100%'),
      {},
      { clientId: 'a', secret: '100%', method: 'client_secret_basic' },
    ],
    [
      'basic with the same id in the form',
      basic('a:s'),
      { client_id: 'a' },
      { clientId: 'a', secret: 's', method: 'client_secret_basic' },
    ],
    ['basic without a secret', basic('a:'), {}, { clientId: 'a', secret: undefined, method: 'none' }],
    ['nothing', undefined, {}, 'missing'],
    ['another scheme and nothing', 'Bearer x', {}, 'missing'],
    ['both methods', basic('a:s'), { client_id: 'a', client_secret: 's' }, 'two_methods'],
    ['two clients', basic('a:s'), { client_id: 'b' }, 'two_clients'],
    ['no colon', basic('a'), {}, 'malformed'],
    ['no id', basic(':s'), {}, 'malformed'],
  ])('%s', (_, authorization, form, expected) => {
    expect(readClientCredentials(authorization, form)).toEqual(expected);
  });
});

describe('credentialsFit', () => {
  const confidential = { authMethod: 'client_secret_basic' as const, secretHash: hashSecret('right') };
  const open = { authMethod: 'none' as const, secretHash: null };

  it.each([
    ['the right secret', confidential, 'right', 'client_secret_basic', true],
    ['a wrong secret', confidential, 'wrong', 'client_secret_basic', false],
    ['no secret', confidential, undefined, 'none', false],
    ['the right secret by the other method', confidential, 'right', 'client_secret_post', false],
    ['a public client', open, undefined, 'none', true],
    ['a public client with a secret', open, 'any', 'client_secret_post', false],
  ] as const)('%s', (_, client, secret, method, fits) => {
    expect(credentialsFit(client, { clientId: 'a', secret, method })).toBe(fits);
  });
});
