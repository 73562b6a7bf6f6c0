// Passkeys: a place marked `data-passkey` asks the server what the device must sign, lets the browser ask its person, and
// sends the answer. Without this module, or in a browser that knows no passkeys, the page says what is needed.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const described = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function send(place, address, body) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": place.dataset.csrf },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const said = await answer.json();
  if (answer.ok) return said;
  if (said.code === "proof_needed") location.assign(`/compte/confirmer?suite=${encodeURIComponent(location.pathname)}`);
  throw new Error((said.errors ?? []).map((error) => error.message).join(" ") || said.title, { cause: "server" });
}

async function created(options) {
  const publicKey = { ...options, challenge: bytes(options.challenge), excludeCredentials: described(options.excludeCredentials) };
  publicKey.user = { ...options.user, id: bytes(options.user.id) };
  const made = await navigator.credentials.create({ publicKey });
  return shown(made, { attestationObject: text(made.response.attestationObject) });
}

async function signed(options) {
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: described(options.allowCredentials) };
  const made = await navigator.credentials.get({ publicKey });
  const { authenticatorData, signature, userHandle } = made.response;
  return shown(made, {
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: userHandle ? text(userHandle) : null,
  });
}

function shown(made, response) {
  const clientDataJSON = text(made.response.clientDataJSON);
  return { id: made.id, rawId: text(made.rawId), type: made.type, response: { clientDataJSON, ...response } };
}

async function ceremony(place) {
  const registering = place.dataset.passkey === "register";
  const { challenge_id, options } = await send(place, place.dataset.options);
  const credential = await (registering ? created(options) : signed(options));
  const body = { challenge_id, credential };
  if (registering) body.name = place.querySelector("input").value.trim() || place.dataset.unnamed;
  await send(place, place.dataset.send, body);
  location.assign(place.dataset.next);
}

for (const place of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const button = place.querySelector("button");
  const said = place.querySelector("[data-passkey-said]");
  place.querySelector("[data-unable]").hidden = true;
  for (const hidden of place.querySelectorAll(".field, button")) hidden.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    said.textContent = "";
    try {
      await ceremony(place);
    } catch (error) {
      said.textContent = error.cause === "server" ? error.message : place.dataset.failed;
    }
    button.disabled = false;
  });
}
