// Passkeys: a form with data-passkey asks the device instead of the keyboard, fills in what it answers and is sent.
// Without this file, or in a browser without passkeys, the form stays hidden and the other ways in remain.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer ?? [])))
  .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const known = (list) => list.map((id) => ({ type: 'public-key', id: bytes(id) }));

async function make(wish) {
  const made = await navigator.credentials.create({ publicKey: {
    ...wish,
    challenge: bytes(wish.challenge),
    user: { ...wish.user, id: new TextEncoder().encode(wish.user.id) },
    excludeCredentials: known(wish.excludeCredentials),
  } });
  return {
    'made-client-data': made.response.clientDataJSON,
    'made-authenticator-data': made.response.getAuthenticatorData(),
  };
}

async function show(wish) {
  const shown = await navigator.credentials.get({ publicKey: {
    ...wish,
    challenge: bytes(wish.challenge),
    allowCredentials: known(wish.allowCredentials),
  } });
  const answer = shown.response;
  return {
    credential: shown.rawId, 'client-data': answer.clientDataJSON, 'authenticator-data': answer.authenticatorData,
    signature: answer.signature, user: answer.userHandle,
  };
}

async function ask(form) {
  const answer = await fetch(form.dataset.options, { headers: { accept: 'application/json' } });
  if (!answer.ok) throw new Error(`options: ${answer.status}`);
  const wish = await answer.json();
  const fields = await (form.dataset.passkey === 'create' ? make(wish) : show(wish));
  for (const [name, value] of Object.entries(fields)) form.elements[name].value = text(value);
}

function sent(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.passkey || form.dataset.answered) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const failed = form.querySelector('[role=alert]');
  failed.hidden = true;
  ask(form).then(() => {
    form.dataset.answered = 'yes';
    form.requestSubmit();
  }, (error) => {
    console.warn(error);
    failed.hidden = false;
  });
}

if (window.PublicKeyCredential) {
  // Before anything else hears of it: a form that asks the device is not being sent yet.
  addEventListener('submit', sent, true);
  for (const form of document.querySelectorAll('[data-passkey]')) form.closest('[data-passkey-part]').hidden = false;
}
