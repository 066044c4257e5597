// A letter or a reply saves itself while it is written: after a pause, when a field is left, when the page is left.
// One save at a time, so that each stands on the one before. What the server does not have yet is kept in this tab alone
// (sessionStorage; app.js clears it at sign-out) and offered again when the page comes back.

// What still travels after a page has gone: browsers allow 64 KiB (Fetch, keepalive), and headers count.
const TRAVELS = 60_000;
const PAUSE = 2_000;
const RETRY = 10_000;

const form = document.querySelector('form[data-auto]');
const state = document.getElementById('save-state');
const user = document.body.dataset.user ?? '';
const prefix = `renkei:${user}:${form?.dataset.auto}:`;

// What is typed: everything that the server keeps, by name.
const sorted = (list) => list.sort(([one], [other]) => (one < other ? -1 : Number(one > other)));
const pairs = () => sorted([...new FormData(form)].filter(([name]) => !['token', 'base', 'q'].includes(name)));
const text = (list) => JSON.stringify(list);
const base = () => form.querySelector('input[name=base]');

let saved = !form || 'unsaved' in form.dataset ? undefined : pairs(); // what the server has
let busy; // the save that is on its way
let failed; // why the last one did not arrive
let leaving = false; // the form itself is being sent
let timer;
let keeper;

const dirty = () => !saved || text(pairs()) !== text(saved);
// Japanese is sent as it is, not three bytes as nine signs.
const coded = (list) => list.map((pair) => pair.map((one) => one.replace(/[%&=+]/g, encodeURIComponent)).join('=')).join('&');
const body = (list) => coded([['token', form.elements.token.value], ['base', base().value], ...list]);
const bytes = (string) => new TextEncoder().encode(string).length;

function show(name) {
  const loud = ['offline', 'out'].includes(name);
  state.hidden = !name;
  state.className = loud ? 'notice warn' : 'soft';
  state.setAttribute('aria-live', loud ? 'assertive' : 'off');
  state.textContent = name ? state.dataset[name] : '';
  if (name && name !== 'refused') document.querySelector('#saved > .soft')?.remove();
}

function touched() {
  clearTimeout(timer);
  clearTimeout(keeper);
  if (!dirty()) { if (!busy && !failed) show(''); return; }
  if (!busy && failed !== 'out') show('unsaved');
  timer = setTimeout(save, PAUSE);
  keeper = setTimeout(keep, 300);
}

// Starts a save where there is something to save; the promise ends with it.
function save() {
  clearTimeout(timer);
  if (busy || leaving || !dirty()) return busy ?? Promise.resolve();
  busy = send(pairs()).finally(() => {
    busy = undefined;
    if (!failed && dirty()) touched();
  });
  return busy;
}

async function send(list) {
  show('saving');
  const content = body(list);
  let answer;
  let part;
  try {
    answer = await fetch(form.getAttribute('action'), {
      method: 'POST',
      body: content,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'HX-Request': 'true' },
      keepalive: bytes(content) < TRAVELS,
    });
    part = new DOMParser().parseFromString(await answer.text(), 'text/html');
  } catch {
    return fail('offline');
  }
  if (answer.redirected || answer.headers.has('HX-Redirect')) return fail('out');
  if (answer.status >= 500) return fail('offline');
  if (!part.querySelector('input[name=base]')) {
    document.getElementById('saved').replaceChildren(base(), ...part.body.childNodes);
    return fail('refused');
  }
  arrived(list, part, answer.headers.get('HX-Replace-Url'));
}

function fail(why) {
  failed = why;
  keep();
  show(why);
  if (why === 'offline') timer = setTimeout(save, RETRY);
}

function arrived(list, part, address) {
  const refused = part.querySelector('input[data-refused]');
  const files = part.getElementById('attachments');
  const both = takeOver(list, part);
  if (!both) part.querySelector('input[name=base]').value = base().value;
  if (files) document.getElementById('attachments').replaceChildren(...files.childNodes);
  files?.remove();
  document.getElementById('saved').replaceChildren(...part.body.childNodes);
  if (address) history.replaceState(history.state, '', address);
  if (refused) return fail('refused');
  failed = undefined;
  saved = both;
  document.getElementById('faults')?.remove();
  if (dirty()) keep(); else forget();
  show('');
}

// Fields that somebody else changed, as they are stored now. Those in which the writer has gone on meanwhile stay as they
// are: then the next save still stands on the old version, and the server compares.
function takeOver(list, part) {
  const now = pairs();
  const of = (name) => ([one]) => one === name || one === `${name}_lines` || one === `${name}_of`;
  const taken = [];
  let all = true;
  for (const theirs of part.querySelectorAll('[data-taken]')) {
    const name = theirs.dataset.taken;
    theirs.remove();
    if (text(list.filter(of(name))) !== text(now.filter(of(name)))) { all = false; continue; }
    put(name, theirs.value);
    mark(name, theirs.dataset.note);
    taken.push(name);
  }
  for (const id of ['addressee-part', 'lines']) {
    const next = part.getElementById(id);
    next?.remove();
    if (!next || !all) continue;
    document.getElementById(id).replaceWith(next);
    window.htmx?.process(next);
    taken.push(...[...next.querySelectorAll('[name]')].map((field) => field.name));
  }
  compare();
  if (!all) return undefined;
  // What is taken over is stored as the page shows it now.
  const theirs = (pair) => taken.some((name) => of(name)(pair));
  return sorted([...list.filter((pair) => !theirs(pair)), ...pairs().filter(theirs)]);
}

// Whether the lines of medication are of another text than the field has now.
function compare() {
  const box = document.getElementById('lines-old');
  const plain = (name) => form.elements[name].value.normalize('NFKC').replace(/[^\S\n]+/g, '').trim();
  if (box) box.hidden = plain('medication') === plain('medication_of');
}

// What the server said of making them anew was said of the text before.
function retyped(event) {
  if (event.target.name !== 'medication') return;
  document.querySelector('#lines-old [data-preview]')?.remove();
  compare();
}

function put(name, value) {
  const field = form.elements[name];
  if (!field || field.type === 'hidden') return;
  if (field.type === 'checkbox') field.checked = value !== '';
  else field.value = value;
}

function mark(name, note) {
  const field = document.getElementById(`field-${name}`);
  if (!field || field.nextElementSibling?.dataset.mark) return;
  const line = document.createElement('p');
  line.className = 'notice';
  line.dataset.mark = name;
  line.textContent = note;
  field.after(line);
}

// The tab's memory, for what is not stored.
const key = (action = form.getAttribute('action')) => prefix + action;
const forget = () => { clearTimeout(keeper); sessionStorage.removeItem(key()); };

function keep() {
  if (!dirty()) { forget(); return; }
  const list = pairs();
  const had = new Set((saved ?? []).map(text));
  const changed = [...new Set(list.filter((pair) => !had.has(text(pair))).map(([name]) => name))];
  const gone = (saved ?? []).map(([name]) => name).filter((name) => !list.some(([one]) => one === name));
  const entry = { at: Date.now(), action: form.getAttribute('action'), base: base().value, list, changed: [...changed, ...gone] };
  try { sessionStorage.setItem(key(), JSON.stringify(entry)); } catch { /* full or forbidden: then there is no second net */ }
}

// What the tab still holds for this text; for a new letter, for a new one about the same patient.
function held() {
  const patient = (list) => list.find(([name]) => name === 'patient')?.[1];
  const names = Object.keys(sessionStorage).filter((name) => name.startsWith(prefix));
  const entries = names.map((name) => [name, JSON.parse(sessionStorage.getItem(name))]);
  const own = entries.find(([name]) => name === key());
  if (own || base().value !== '0' || form.dataset.auto !== 'letter') return own;
  return entries.find(([, entry]) => entry.base === '0' && patient(entry.list) === patient(pairs()));
}

function offer() {
  const [name, entry] = held() ?? [];
  if (!entry) return;
  const plain = (list, one) => list.filter(([n]) => n === one).map(([, value]) => value.normalize('NFKC').replace(/\s+/g, '')).join('\n');
  const now = pairs();
  const differs = entry.changed.some((one) => plain(entry.list, one) !== plain(now, one));
  // Stored after all, or shown by this very page.
  if (!saved || !differs) { sessionStorage.removeItem(name); return; }
  const box = document.getElementById('kept');
  box.querySelector('time').textContent = new Date(entry.at)
    .toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Tokyo' });
  box.querySelector('[data-restore]').addEventListener('click', () => restore(entry));
  box.querySelector('[data-discard]').addEventListener('click', () => { sessionStorage.removeItem(name); box.hidden = true; });
  box.hidden = false;
}

// Sent as it was typed, on the version on which it was typed: the server merges it with what is there now.
function restore(entry) {
  const again = document.createElement('form');
  again.method = 'post';
  again.action = entry.action;
  for (const [name, value] of [['token', form.elements.token.value], ['base', entry.base], ['then', 'stay'], ...entry.list]) {
    const field = document.createElement('textarea');
    field.name = name;
    field.value = value;
    again.append(field);
  }
  again.hidden = true;
  document.body.append(again);
  leaving = true;
  again.submit();
}

// A form that leads away waits for the save, a moment at most.
function submitted(event) {
  const sent = event.target;
  if (event.defaultPrevented || sent.method !== 'post' || sent.dataset.progress) return;
  if (sent === form) {
    if (!busy) { leaving = true; keep(); return; }
  } else if (sent.dataset.waited || !dirty()) return;
  event.preventDefault();
  delete sent.dataset.sent;
  sent.dataset.waited = '1';
  const { submitter } = event;
  const moment = new Promise((go) => { setTimeout(go, 3_000); });
  // Not within this event: a form does not submit itself while it is submitting.
  const on = () => setTimeout(() => { busy = undefined; sent.requestSubmit(submitter); });
  Promise.race([save(), moment]).then(on);
}

function gone() {
  if (leaving) return;
  keep();
  save();
}

if (form) {
  offer();
  form.addEventListener('input', touched);
  form.addEventListener('input', retyped);
  form.addEventListener('change', touched);
  form.addEventListener('focusout', () => { if (dirty() && !failed) save(); });
  // An addressee or lines of medication that the server put into the form.
  document.addEventListener('htmx:after:swap', touched);
  document.addEventListener('submit', submitted);
  document.addEventListener('visibilitychange', () => { if (document.hidden) gone(); });
  addEventListener('pagehide', gone);
  addEventListener('pageshow', (event) => { if (event.persisted) { leaving = false; touched(); } });
  addEventListener('online', save);
  addEventListener('beforeunload', (event) => {
    const travels = navigator.onLine && !failed && saved && bytes(body(pairs())) < TRAVELS;
    if (leaving || !dirty() || travels) return;
    event.preventDefault();
    // Who stays may press the same button again.
    setTimeout(() => dispatchEvent(new Event('pageshow')), 500);
  });
}
