// A real OpenID Connect provider (panva's certified oidc-provider) that behaves as ProConnect says it does: the code lives
// 30 s and the access token 60 s, userinfo is a signed JWT, an unknown parameter of the authorization request is refused
// with Y000400, nobody is asked for consent, and signing out is a redirect. Its accounts come as JSON on the command line.
import { createServer } from "node:http";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { Provider } from "oidc-provider";

const { port, client, accounts, algorithm = "RS256", signedUserinfo = true, lifetime = {} } = JSON.parse(process.argv[2]);
const PREFIX = "/api/v2";
const issuer = `http://127.0.0.1:${port}${PREFIX}`;
const byId = new Map(accounts.map((account) => [account.sub, account]));
const byEmail = new Map(accounts.map((account) => [account.email, account]));

const jwk = (type, options, alg) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }), use: "sig", alg, kid: randomUUID(),
});

const provider = new Provider(issuer, {
  clients: [{
    client_id: client.id,
    client_secret: client.secret,
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    grant_types: ["authorization_code"],
    response_types: ["code"],
    token_endpoint_auth_method: "client_secret_post",
    id_token_signed_response_alg: algorithm,
    ...(signedUserinfo ? { userinfo_signed_response_alg: algorithm } : {}),
  }],
  jwks: { keys: [jwk("rsa", { modulusLength: 2048 }, "RS256"), jwk("ec", { namedCurve: "P-256" }, "ES256")] },
  cookies: { keys: [randomUUID()] },
  enabledJWA: {
    idTokenSigningAlgValues: ["RS256", "ES256", "HS256"],
    userinfoSigningAlgValues: ["RS256", "ES256", "HS256"],
  },
  scopes: ["openid", "given_name", "usual_name", "email", "siret", "uid"],
  claims: {
    openid: ["sub"],
    given_name: ["given_name"],
    usual_name: ["usual_name"],
    email: ["email", "email_verified"],
    siret: ["siret"],
    uid: ["uid"],
    acr: null, amr: null, auth_time: null, sid: null,
  },
  features: {
    devInteractions: { enabled: false },
    jwtUserinfo: { enabled: true },
    claimsParameter: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      // ProConnect asks no question: the form is sent at once
      logoutSource(ctx, form) {
        ctx.body = `<!DOCTYPE html><html lang="fr"><title>Déconnexion</title><body>${form}
          <button form="op.logoutForm" name="logout" value="yes">Fermer la session</button></body></html>`;
      },
    },
  },
  routes: { authorization: "/authorize", token: "/token", userinfo: "/userinfo", end_session: "/session/end", jwks: "/jwks" },
  pkce: { required: () => Boolean(client.pkce) },
  ttl: {
    AuthorizationCode: 30, AccessToken: 60, IdToken: 60, Interaction: 600, Session: 43200, Grant: 43200, ...lifetime,
  },
  interactions: { url: (ctx, interaction) => `${PREFIX}/interaction/${interaction.uid}` },
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope(ctx.oidc.params.scope);
    await grant.save();
    return grant;
  },
  async findAccount(ctx, id) {
    const account = byId.get(id);
    return account && {
      accountId: id,
      async claims() {
        const { password, ...claims } = account;
        return claims;
      },
    };
  },
  renderError(ctx, out) {
    ctx.type = "text/plain";
    ctx.body = `${out.error}: ${out.error_description ?? ""}`;
  },
});

const ALLOWED = new Set([
  "response_type", "client_id", "redirect_uri", "scope", "claims", "state", "nonce", "prompt", "idp_hint", "acr_values",
  ...(client.pkce ? ["code_challenge", "code_challenge_method"] : []),
]);
const handle = provider.callback();

const escaped = (text) => text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

function form(response, said = "") {
  response.writeHead(said ? 422 : 200, { "Content-Type": "text/html; charset=utf-8" });
  response.end(`<!DOCTYPE html><html lang="fr"><title>Fournisseur d’identité de test</title><main><h1>Fournisseur d’identité de test</h1>
    <p>${escaped(said)}</p><form method="post"><label>Adresse professionnelle <input name="email" type="email"></label>
    <label>Mot de passe du fournisseur <input name="password" type="password"></label>
    <button>S’identifier</button></form>
    <form method="post"><input type="hidden" name="abort" value="1"><button>Renoncer</button></form></main></html>`);
}

async function read(request) {
  let body = "";
  for await (const part of request) body += part;
  return new URLSearchParams(body);
}

async function interaction(request, response) {
  if (request.method !== "POST") return form(response);
  const typed = await read(request);
  if (typed.get("abort")) {
    return provider.interactionFinished(request, response, { error: "access_denied" }, { mergeWithLastSubmission: false });
  }
  const account = byEmail.get(typed.get("email"));
  if (!account || account.password !== typed.get("password")) return form(response, "Adresse ou mot de passe incorrect");
  return provider.interactionFinished(
    request, response, { login: { accountId: account.sub, amr: ["pwd"] } }, { mergeWithLastSubmission: false },
  );
}

createServer(async (request, response) => {
  try {
    const url = new URL(request.url, issuer);
    if (url.pathname.startsWith(`${PREFIX}/interaction/`)) return await interaction(request, response);
    const extra = [...url.searchParams.keys()].find((name) => !ALLOWED.has(name));
    if (url.pathname === `${PREFIX}/authorize` && extra) {
      response.writeHead(400, { "Content-Type": "text/plain" });
      return response.end(`Y000400: ${extra}`);
    }
    if (["state", "nonce"].some((name) => url.pathname === `${PREFIX}/authorize` && (url.searchParams.get(name) ?? "").length < 32)) {
      response.writeHead(400, { "Content-Type": "text/plain" });
      return response.end("Y000400: state and nonce have 32 characters at least");
    }
    if (!request.url.startsWith(`${PREFIX}/`)) {
      response.writeHead(404);
      return response.end();
    }
    request.originalUrl = request.url;
    request.url = request.url.slice(PREFIX.length);
    handle(request, response);
  } catch (error) {
    response.writeHead(500, { "Content-Type": "text/plain" });
    response.end(String(error));
  }
}).listen(port, "127.0.0.1", () => console.log(`listening ${issuer}`));

process.stdin.resume().on("end", () => process.exit()); // who started it is gone
