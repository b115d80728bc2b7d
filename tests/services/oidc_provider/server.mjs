// A certified OpenID provider on loopback. Each line on stdin is a command: `rotate`
// signs with a new key and still publishes the old ones, `retire` publishes the newest
// alone, `reset` starts with a new one. Each answer is one line of JSON on stdout.
import { createServer } from "node:http";
import { createInterface } from "node:readline";

import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";

const AUDIENCE = "https://api.test";
const keys = [];
let callback;

const server = createServer((request, response) => callback(request, response));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

async function addKey() {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = await exportJWK(privateKey);
  keys.unshift({ ...jwk, alg: "ES256", use: "sig", kid: `key-${Date.now()}-${keys.length}` });
}

function serve() {
  const provider = new Provider(issuer, {
    jwks: { keys },
    clients: [
      {
        client_id: "service",
        client_secret: "a secret of the tests",
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: "ES256",
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: "read write",
          audience: AUDIENCE,
          accessTokenTTL: 600,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
  });
  callback = provider.callback();
}

const commands = {
  rotate: addKey,
  retire: async () => keys.splice(1),
  reset: async () => {
    keys.length = 0;
    await addKey();
  },
};

function say(answer) {
  process.stdout.write(`${JSON.stringify({ issuer, kids: keys.map((key) => key.kid), ...answer })}\n`);
}

await addKey();
serve();
say({});
for await (const line of createInterface({ input: process.stdin })) {
  await commands[line.trim()]();
  serve();
  say({});
}
process.exit(0);
