/**
 * A real OpenID provider as a program of its own: `oidc-provider` with a page that asks only for a login. Its settings
 * are one JSON in `PROVIDER`: `{port, clients, accounts: {login: claims}, claimsInIdToken}`.
 */
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

const { port, clients, accounts, claimsInIdToken } = JSON.parse(process.env.PROVIDER ?? '{}');
const issuer = `http://127.0.0.1:${port}`;
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const provider = new Provider(issuer, {
  clients,
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'test' }] },
  enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  cookies: { keys: ['only for tests'] },
  claims: { email: ['email', 'email_verified'], profile: ['name'] },
  conformIdTokenClaims: !claimsInIdToken,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, login) => ({
    accountId: login,
    claims: () => ({ sub: login, ...accounts[login] }),
  }),
  // Nobody is asked whether this client may have what it asks for.
  async loadExistingGrant(context) {
    const { client, session, provider: own, params } = context.oidc;
    const grant = new own.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(params.scope);
    await grant.save();
    return grant;
  },
});

const FORM = `<!doctype html><title>Example Login</title><h1>Example Login</h1>
<form method="post"><input name="login" autofocus><button name="decision" value="in">Sign in</button>
<button name="decision" value="no">Cancel</button></form>`;

provider.use(async (context, next) => {
  if (!context.path.startsWith('/interaction/')) return next();
  if (context.method === 'GET') {
    context.type = 'html';
    context.body = FORM;
    return;
  }
  const chunks = [];
  for await (const chunk of context.req) chunks.push(chunk);
  const fields = new URLSearchParams(Buffer.concat(chunks).toString());
  const login = fields.get('login') ?? '';
  const result =
    fields.get('decision') === 'no' || !(login in accounts)
      ? { error: 'access_denied', error_description: 'The person said no.' }
      : { login: { accountId: login } };
  const target = await provider.interactionResult(context.req, context.res, result);
  context.redirect(target);
});

provider.listen(port, '127.0.0.1', () => console.log('ready'));
