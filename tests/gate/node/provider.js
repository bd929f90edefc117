// node provider.js CLIENT SECRET BACK: an OpenID provider on a free port of this machine, whose address is its first line.
// Who signs in is whoever /as?sub=... named last; nobody is asked for anything.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [client_id, client_secret, back] = process.argv.slice(2);
const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
let subject = 'grace';

const server = createServer().listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id, client_secret, redirect_uris: [back], application_type: 'native', id_token_signed_response_alg: 'ES256' }],
    jwks: { keys: [{ ...signing, use: 'sig', alg: 'ES256', kid: 'one' }] },
    cookies: { keys: ['of the tests'] },
    claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
    features: { devInteractions: { enabled: false } },
    ttl: { AuthorizationCode: 60, AccessToken: 60, IdToken: 60, Session: 60, Interaction: 60, Grant: 60 },
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub, name: `${sub} of Acme`, email: `${sub}@acme.example` }) }),
    loadExistingGrant: async (ctx) => {
      const grant = new provider.Grant({ clientId: client_id, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    const url = new URL(request.url, issuer);
    if (url.pathname === '/as') {
      subject = url.searchParams.get('sub');
      response.end();
    } else if (url.pathname.startsWith('/interaction/')) {
      provider.interactionFinished(request, response, { login: { accountId: subject }, consent: {} });
    } else {
      answer(request, response);
    }
  });
  console.log(issuer);
});
process.stdin.on('end', () => process.exit()).resume();
