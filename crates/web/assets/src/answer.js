// A sheet saves itself while it is filled in, question by question, so that several people can write in it at once. One
// save at a time. What somebody else wrote meanwhile comes with the answer; where two wrote in one question, both stand
// there until one is chosen. What the server does not have yet is kept in this tab alone (app.js clears it at sign-out).

const PAUSE = 1_200;
const RETRY = 10_000;

const form = document.querySelector('form[data-sheet]');
const state = document.getElementById('save-state');
const key = `renkei:${document.body.dataset.user ?? ''}:sheet:${form?.getAttribute('action')}`;
const blocks = () => [...form.querySelectorAll('[data-question]')];
const block = (id) => form.querySelector(`[data-question="${CSS.escape(id)}"]`);
const idOf = (one) => one.dataset.question;

// The fields of a question as they are filled in; its revision, and files, travel otherwise.
function fields(one) {
  const list = [];
  for (const field of one.querySelectorAll('input, textarea, select')) {
    const box = ['radio', 'checkbox'].includes(field.type);
    if (!field.name || field.type === 'file' || field.type === 'hidden' || (box && !field.checked)) continue;
    if (field.name.startsWith('drop.')) continue;
    list.push([field.name, field.value]);
  }
  return list;
}
const text = (one) => JSON.stringify(fields(one));
const revision = (one) => one.querySelector('input[name^="revision."]');

const stored = new Map(); // what the server has, or what the page showed at first
let busy;
let failed;
let leaving = false;
let timer;

const dirty = () => blocks().filter((one) => text(one) !== stored.get(idOf(one)));

function show(name) {
  const loud = ['offline', 'out'].includes(name);
  state.hidden = !name;
  state.className = loud ? 'notice warn' : 'soft';
  state.textContent = name ? state.dataset[name] : '';
}

function keep() {
  const list = dirty().map((one) => [idOf(one), fields(one)]);
  try {
    if (list.length) sessionStorage.setItem(key, JSON.stringify(list));
    else sessionStorage.removeItem(key);
  } catch { /* full or forbidden: then there is no second net */ }
}

function touched() {
  clearTimeout(timer);
  if (!dirty().length) return;
  if (!busy && failed !== 'out') show('unsaved');
  timer = setTimeout(save, PAUSE);
  keep();
}

function save() {
  clearTimeout(timer);
  const list = dirty();
  if (busy || leaving || !list.length) return busy ?? Promise.resolve();
  busy = send(list).finally(() => { busy = undefined; });
  return busy;
}

// What has changed, and which revisions the page has of all others. An empty list only asks for what is new.
async function send(list) {
  const sent = new Map(list.map((one) => [idOf(one), text(one)]));
  const body = new URLSearchParams([['token', form.elements.token.value]]);
  for (const one of list) {
    for (const [name, value] of fields(one)) body.append(name, value);
    body.append(revision(one).name, revision(one).value);
  }
  body.append('seen', blocks().map((one) => `${idOf(one)}:${revision(one).value}`).join(' '));
  if (list.length) show('saving');
  let answer;
  let part;
  try {
    answer = await fetch(form.getAttribute('action'), {
      method: 'POST',
      body,
      headers: { 'HX-Request': 'true' },
      keepalive: body.toString().length < 60_000,
    });
    part = new DOMParser().parseFromString(await answer.text(), 'text/html');
  } catch {
    return fail('offline');
  }
  if (answer.redirected || answer.headers.has('HX-Redirect')) return fail('out');
  if (answer.status >= 500) return fail('offline');
  if (!part.getElementById('saved-questions')) {
    document.getElementById('saved').replaceChildren(...part.body.childNodes);
    return fail('refused');
  }
  arrived(part, sent);
}

function fail(why) {
  failed = why;
  keep();
  show(why);
  if (why === 'offline') timer = setTimeout(save, RETRY);
}

function arrived(part, sent) {
  failed = undefined;
  for (const told of part.querySelectorAll('[data-answer]')) heard(told, sent);
  const notAsked = new Set(part.getElementById('saved-questions').dataset.notAsked.split(' '));
  for (const one of blocks()) {
    const on = !notAsked.has(idOf(one));
    one.classList.toggle('not-asked', !on);
    one.querySelector('.not-asked-note')?.toggleAttribute('hidden', on);
  }
  document.getElementById('progress').textContent = part.getElementById('saved-progress').textContent;
  document.getElementById('saved').replaceChildren(part.getElementById('saved-at'));
  document.dispatchEvent(new Event('htmx:after:swap'));
  show('');
  keep();
  if (dirty().some((one) => !one.classList.contains('has-fault'))) touched();
}

function heard(told, sent) {
  const { answer: id, state: what, revision: number, text: fault } = told.dataset;
  const one = block(id);
  if (!one) return;
  const said = one.querySelector('[data-said]');
  one.classList.toggle('has-fault', what === 'fault');
  if (said) { said.hidden = what !== 'fault'; said.textContent = fault; }
  if (what === 'stored') {
    revision(one).value = number;
    stored.set(id, sent.get(id));
    return;
  }
  if (what === 'fault') {
    // Not sent again until it is changed.
    stored.set(id, sent.get(id));
    return;
  }
  // Who has gone on writing meanwhile keeps the old revision, and the server compares at the next save.
  if (text(one) !== (sent.get(id) ?? stored.get(id))) return;
  const had = one.contains(document.activeElement) ? document.activeElement.name : '';
  const next = told.firstElementChild;
  one.replaceWith(next);
  stored.set(id, text(next));
  window.htmx?.process(next);
  if (had) next.querySelector(`[name="${CSS.escape(had)}"]`)?.focus();
}

// The buttons beside two answers act on this question alone.
function chosen(event) {
  const button = event.target.closest?.('[data-mine]');
  if (!button) return;
  event.preventDefault();
  const one = button.closest('[data-question]');
  button.closest('.theirs').remove();
  stored.set(idOf(one), '');
  save();
}

// Files travel with the whole form, at once.
function file(event) {
  if (event.target.type === 'file' && event.target.files.length) form.requestSubmit();
}

// What the tab still holds goes back into its fields, and is saved like what is typed.
function restore() {
  const held = JSON.parse(sessionStorage.getItem(key) ?? '[]');
  for (const [id, list] of held) {
    const one = block(id);
    if (!one || 'unsaved' in form.dataset) continue;
    for (const field of one.querySelectorAll('input, textarea, select')) {
      const values = list.filter(([name]) => name === field.name).map(([, value]) => value);
      if (['radio', 'checkbox'].includes(field.type)) field.checked = values.includes(field.value);
      else if (values.length && field.type !== 'hidden' && field.type !== 'file') [field.value] = values;
    }
  }
  touched();
}

function gone() {
  if (leaving) return;
  keep();
  save();
}

if (form) {
  // A page that shows what is not stored has everything to save.
  for (const one of blocks()) stored.set(idOf(one), 'unsaved' in form.dataset ? '' : text(one));
  restore();
  form.addEventListener('input', touched);
  form.addEventListener('change', touched);
  form.addEventListener('change', file);
  form.addEventListener('click', chosen);
  form.addEventListener('focusout', () => { if (!failed) save(); });
  form.addEventListener('submit', () => { leaving = true; sessionStorage.removeItem(key); });
  document.body.addEventListener('renkei:changed', () => { if (!busy && !leaving) busy = send([]).finally(() => { busy = undefined; touched(); }); });
  document.addEventListener('visibilitychange', () => { if (document.hidden) gone(); });
  addEventListener('pagehide', gone);
  addEventListener('pageshow', (event) => { if (event.persisted) { leaving = false; touched(); } });
  addEventListener('online', save);
}
