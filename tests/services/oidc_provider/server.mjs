// A certified OpenID provider on loopback. Each line on stdin is a command: `rotate`
// signs with a new key and still publishes the old ones, `retire` publishes the newest
// alone, `reset` starts with a new one, `access` and `refresh` make an opaque token of
// a user. Each answer is one line of JSON on stdout.
import { createServer } from "node:http";
import { createInterface } from "node:readline";

import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";

const AUDIENCE = "https://api.test";
const OPAQUE_AUDIENCE = "https://opaque.test";
const keys = [];
const clientKey = await newKey("client");
let provider;
let callback;

const server = createServer((request, response) => callback(request, response));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

async function newKey(kid) {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return { ...(await exportJWK(privateKey)), alg: "ES256", use: "sig", kid };
}

async function addKey() {
  keys.unshift(await newKey(`key-${Date.now()}-${keys.length}`));
  return {};
}

function client(id, method, own = { client_secret: "a secret of the tests" }) {
  return {
    client_id: id,
    grant_types: ["client_credentials"],
    redirect_uris: [],
    response_types: [],
    id_token_signed_response_alg: "ES256",
    token_endpoint_auth_method: method,
    ...own,
  };
}

function resourceServer(resource) {
  const opaque = resource === OPAQUE_AUDIENCE;
  return {
    scope: "read write",
    audience: resource,
    accessTokenTTL: 600,
    accessTokenFormat: opaque ? "opaque" : "jwt",
    ...(opaque ? {} : { jwt: { sign: { alg: "ES256" } } }),
  };
}

function serve() {
  const { d, ...publicKey } = clientKey;
  provider = new Provider(issuer, {
    jwks: { keys },
    clients: [
      client("service", "client_secret_post"),
      client("basic api", "client_secret_basic"),
      client("signing-api", "private_key_jwt", {
        jwks: { keys: [publicKey] },
        token_endpoint_auth_signing_alg: "ES256",
      }),
    ],
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
    enabledJWA: { clientAuthSigningAlgValues: ["ES256"] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (ctx, resource) => resourceServer(resource),
      },
    },
  });
  callback = provider.callback();
}

async function tokenOfUser(kind) {
  const owner = await provider.Client.find("service");
  const token = new provider[kind]({ accountId: "alice", client: owner, scope: "read" });
  if (kind === "AccessToken") token.setAudience(OPAQUE_AUDIENCE);
  return { token: await token.save() };
}

const commands = {
  rotate: addKey,
  retire: async () => ({ retired: keys.splice(1).length }),
  reset: async () => {
    keys.length = 0;
    return addKey();
  },
  access: () => tokenOfUser("AccessToken"),
  refresh: () => tokenOfUser("RefreshToken"),
};

function say(answer) {
  process.stdout.write(`${JSON.stringify({ issuer, kids: keys.map((key) => key.kid), clientKey, ...answer })}\n`);
}

await addKey();
serve();
say({});
for await (const line of createInterface({ input: process.stdin })) {
  const answer = await commands[line.trim()]();
  if (answer.token === undefined) serve();
  say(answer);
}
process.exit(0);
