// Small helpers on top of pages that work without them: live "changed" events, row keys, one click once, drafts.

// One stream a page, only where a part of the page wants to be told, and only while it is looked at: a browser has few
// lines to one server. It says "changed" and nothing else; the part fetches itself again with the reader's own rights.
let stream;

const tell = () => {
  if (!held()) document.body.dispatchEvent(new CustomEvent('renkei:changed'));
};

// Nothing moves under the hand of somebody who is filling in a form there, or has opened one: they are told, and look when
// they like.
function held() {
  const stale = document.querySelector('[data-stale]');
  const open = document.querySelector('[data-live] details[open] form');
  if (!stale || !(touched || open)) return false;
  stale.hidden = false;
  return true;
}
// An answer that was on its way when the hand came.
addEventListener('htmx:before:swap', (event) => {
  if (event.target.matches?.('[data-live]') && held()) event.preventDefault();
}, true);
let touched = false;
addEventListener('input', (event) => { if (event.target.closest?.('[data-live] form')) touched = true; }, true);

function listen() {
  if (stream || document.hidden || !document.querySelector('[data-live]')) return;
  stream = new EventSource('/events');
  stream.addEventListener('changed', tell);
  // What happened while the line was cut is not repeated, so look again after each connection but the first.
  let opened = false;
  stream.addEventListener('open', () => { if (opened) tell(); opened = true; });
  // Closed for good: the session has ended, or the server has. The page finds out which by asking.
  stream.addEventListener('error', () => { if (stream?.readyState === EventSource.CLOSED) { silence(); tell(); } });
}

function silence() {
  stream?.close();
  stream = undefined;
}

function look() {
  if (document.hidden) { silence(); return; }
  if (!stream) { listen(); tell(); }
}

// A form is sent once: the button rests until an answer is there.
function once(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== 'post') return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (form.hasAttribute('hx-post')) return;
  form.dataset.sent = '1';
  for (const button of form.querySelectorAll('button:not([type=button])')) button.setAttribute('aria-busy', 'true');
}

// Back from the next page: the form may be sent again.
function again() {
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy');
  }
}

// Lists by keyboard: arrows move, Enter opens, "/" goes to the search field.
function keys(event) {
  const typing = event.target.closest?.('input, textarea, select, [contenteditable]');
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) {
    const search = document.querySelector('input[type=search]');
    if (search) { event.preventDefault(); search.focus(); search.select(); }
    return;
  }
  if (typing || !['ArrowDown', 'ArrowUp', 'j', 'k'].includes(event.key) || event.altKey || event.ctrlKey || event.metaKey) return;
  const links = [...document.querySelectorAll('table[data-rows] tbody tr a[data-row]')];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  const step = event.key === 'ArrowDown' || event.key === 'j' ? 1 : -1;
  const next = links[Math.min(links.length - 1, Math.max(0, at + step))];
  event.preventDefault();
  next.focus();
}

// Files: their size against the limit before they travel.
function files(event) {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || input.type !== 'file' || !input.dataset.max) return;
  const large = [...input.files].find((file) => file.size > Number(input.dataset.max));
  input.setCustomValidity(large ? input.dataset.tooLarge : '');
  input.reportValidity();
}

// Files of a form marked `data-progress` travel with a bar.
function upload(event) {
  const form = event.target;
  if (!form.dataset.progress || event.defaultPrevented) return;
  event.preventDefault();
  const bar = form.querySelector('progress');
  bar.hidden = false;
  const request = new XMLHttpRequest();
  request.open('POST', form.action);
  request.upload.addEventListener('progress', (e) => { bar.max = e.total; bar.value = e.loaded; });
  request.addEventListener('load', () => { bar.hidden = true; again(); arrived(request); });
  request.addEventListener('error', () => { bar.hidden = true; again(); });
  request.send(new FormData(form));
}

// The answer to a file is a whole page. Beside a text that is being written only its list of files is taken from it.
function arrived(request) {
  const page = new DOMParser().parseFromString(request.responseText, 'text/html');
  const [theirs, ours] = [page, document].map((d) => d.getElementById('attachments'));
  if (theirs && ours) {
    ours.replaceWith(theirs);
  } else if (request.status < 400) {
    location.assign(request.responseURL);
  } else {
    document.querySelector('main').replaceWith(page.querySelector('main'));
    document.getElementById('faults')?.focus();
  }
}

document.addEventListener('submit', once, true);
document.addEventListener('submit', upload);
addEventListener('pageshow', again);
document.addEventListener('keydown', keys);
document.addEventListener('change', files);
// A choice that narrows a list need not be sent by hand.
document.addEventListener('change', (event) => {
  if (event.target.matches?.('select[data-submit]')) event.target.form.requestSubmit();
});
document.addEventListener('visibilitychange', look);
addEventListener('pagehide', silence);
addEventListener('pageshow', (event) => { if (event.persisted) look(); });
// The faults of a form come before everything else.
document.getElementById('faults')?.focus();
listen();
