// Asks the device for a passkey, puts its answer into the form and sends that.

function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function letters(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

// WebAuthn Level 3 does both by itself; browsers of today's floor do not.
function asked(form) {
  const options = JSON.parse(form.dataset.asked);
  options.challenge = bytes(options.challenge);
  if (options.user) options.user.id = bytes(options.user.id);
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    for (const known of options[list] || []) known.id = bytes(known.id);
  }
  return options;
}

function told(credential) {
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const there = names.filter((name) => credential.response[name]);
  const response = Object.fromEntries(there.map((name) => [name, letters(credential.response[name])]));
  return JSON.stringify({
    id: credential.id,
    rawId: letters(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: {},
  });
}

async function ask(event) {
  event.preventDefault();
  const form = event.target;
  const refused = form.querySelector('[role="alert"]');
  refused.hidden = true;
  try {
    const how = form.dataset.passkey;
    const credential = await navigator.credentials[how]({ publicKey: asked(form) });
    form.elements.answer.value = told(credential);
  } catch {
    refused.hidden = false;
    return;
  }
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", ask);
}
