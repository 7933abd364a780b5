/* global clearTimeout, document, fetch, innerHeight, scrollBy, setTimeout, URL, window */
// Makes the form of a curated list quick: moving, removing, searching and adding happen here, at once. Without this
// script the same buttons ask the server. Saving is always the form's own.
const byId = (id) => document.getElementById(id);
const form = byId('curation');
const list = byId('list');
const rows = () => [...list.children];
const nameOf = (row) => row.querySelector('[data-fill=name]').textContent;
const endpointOf = (row) => row.querySelector('[name=endpoint]').value;
const noteOf = (row) => row.querySelector('textarea').value;
const most = Number(form.dataset.most);
let leaving = false;

const say = (text) => {
  byId('said').textContent = text;
};

const content = () => JSON.stringify(rows().map((row) => [endpointOf(row), noteOf(row)]));
const isUnsaved = () => content() !== form.dataset.saved;

/** What the server would answer an assistant, of what is in the rows. */
function preview() {
  const items = rows().flatMap((row) => {
    const entry = JSON.parse(row.dataset.entry || '{}');
    return entry.listed ? [{ ...entry, listed: undefined, priceText: undefined, note: noteOf(row) }] : [];
  });
  return JSON.stringify({ category: form.dataset.category, items }, null, 2);
}

/** After every change: what follows from the rows. */
function refresh() {
  for (const [index, row] of rows().entries()) {
    for (const button of row.querySelectorAll('[data-action]'))
      button.value = `${button.dataset.action}:${index}`;
    row.querySelector('[data-action=up]').setAttribute('aria-disabled', String(index === 0));
    row
      .querySelector('[data-action=down]')
      .setAttribute('aria-disabled', String(index === list.children.length - 1));
  }
  byId('empty').hidden = list.children.length > 0;
  byId('unsaved').hidden = !isUnsaved();
  byId('preview').textContent = preview();
  const listed = new Set(rows().map(endpointOf));
  for (const button of form.querySelectorAll('#results [data-action=add]')) {
    const { endpoint, name } = JSON.parse(button.closest('li').dataset.entry);
    const isIn = listed.has(endpoint);
    button.setAttribute('aria-disabled', String(isIn));
    button.setAttribute('aria-label', isIn ? `${name} is in the list` : `Add ${name}`);
    button.textContent = isIn ? 'In the list' : 'Add';
  }
}

/** A copy of a template with an entry in it. */
function made(template, entry) {
  const item = byId(template).content.firstElementChild.cloneNode(true);
  item.dataset.entry = JSON.stringify(entry);
  for (const part of item.querySelectorAll('[data-fill]'))
    if (part.dataset.fill !== 'picture') part.textContent = entry[part.dataset.fill];
  for (const part of item.querySelectorAll('[data-label]'))
    part.setAttribute('aria-label', part.dataset.label.replace('{}', entry.name));
  const picture = item.querySelector('img');
  const url = entry.thumbnailUrl && new URL(entry.thumbnailUrl, form.dataset.origin);
  // The page loads nothing from elsewhere.
  if (url && url.origin === form.dataset.origin) {
    picture.src = url.pathname + url.search;
    picture.hidden = false;
  }
  return item;
}

/** The neighbour moves around the row, so that the row keeps the focus, and a pointer that holds it. */
function swap(row, by) {
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return false;
  if (by < 0) row.after(other);
  else row.before(other);
  return true;
}

function sayPlace(row) {
  say(`${nameOf(row)} is at place ${rows().indexOf(row) + 1} of ${list.children.length}.`);
}

function move(row, by) {
  if (!swap(row, by)) return say(`${nameOf(row)} is the ${by < 0 ? 'first' : 'last'} already.`);
  refresh();
  row.scrollIntoView({ block: 'nearest' });
  sayPlace(row);
}

function remove(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  const name = nameOf(row);
  row.remove();
  refresh();
  (next?.querySelector('[data-action=remove]') ?? byId('search')).focus();
  say(`${name} is removed.`);
}

function add(button) {
  if (button.getAttribute('aria-disabled') === 'true') return;
  if (list.children.length >= most) return say(`The list is full: it holds ${most} entries.`);
  const entry = JSON.parse(button.closest('li').dataset.entry);
  const row = made('row-template', entry);
  row.querySelector('[name=endpoint]').value = entry.endpoint;
  row.querySelector('.grip').hidden = false;
  list.append(row);
  refresh();
  say(`${entry.name} is added at place ${list.children.length}.`);
}

let latest = 0;
async function search() {
  const mine = (latest += 1);
  const url = `${form.dataset.candidates}?${new window.URLSearchParams({ search: byId('search').value })}`;
  const answer = await fetch(url, { headers: { accept: 'application/json' } }).catch(() => undefined);
  if (mine !== latest) return;
  if (!answer?.ok) {
    byId('found').textContent =
      answer?.status === 401
        ? 'You are signed out: sign in again in another tab.'
        : 'The search did not work.';
    return;
  }
  const { items } = await answer.json();
  byId('results').replaceChildren(...items.map((entry) => made('result-template', entry)));
  byId('found').textContent = items.length === 0 ? 'Nothing found.' : `${items.length} found.`;
  refresh();
}

/** Rows go around the pointer that holds one of them, until it lets go; Escape puts the row back. */
function drag(event) {
  const grip = event.target.closest('.grip');
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  const row = grip.closest('li');
  const from = rows();
  const middle = (other) => other.getBoundingClientRect().top + other.offsetHeight / 2;
  const end = new window.AbortController();
  const listen = (type, listener) => document.addEventListener(type, listener, { signal: end.signal });
  const finish = (order) => {
    end.abort();
    if (order) list.replaceChildren(...order);
    row.classList.remove('dragged');
    refresh();
    sayPlace(row);
  };
  row.classList.add('dragged');
  listen('pointermove', ({ clientY }) => {
    if (clientY < 60) scrollBy(0, -12);
    if (clientY > innerHeight - 60) scrollBy(0, 12);
    while (row.previousElementSibling && clientY < middle(row.previousElementSibling)) swap(row, -1);
    while (row.nextElementSibling && clientY > middle(row.nextElementSibling)) swap(row, 1);
  });
  listen('pointerup', () => finish());
  listen('pointercancel', () => finish(from));
  listen('keydown', ({ key }) => key === 'Escape' && finish(from));
}

const ACTIONS = {
  up: (button) => move(button.closest('li'), -1),
  down: (button) => move(button.closest('li'), 1),
  remove: (button) => remove(button.closest('li')),
  add,
  search,
};

form.addEventListener('click', (event) => {
  const button = event.target.closest('button[name=action]');
  const action = ACTIONS[button?.value.split(':')[0]];
  if (!action) return;
  event.preventDefault();
  void action(button);
});

list.addEventListener('keydown', (event) => {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!event.altKey || !by) return;
  event.preventDefault();
  move(event.target.closest('li'), by);
});

let typing;
byId('search').addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(search, 200);
});

list.addEventListener('input', refresh);
list.addEventListener('pointerdown', drag);
form.addEventListener('submit', () => (leaving = true));
document.querySelector('[data-leave]')?.addEventListener('click', () => (leaving = true));
window.addEventListener('beforeunload', (event) => {
  if (isUnsaved() && !leaving) event.preventDefault();
});

byId('help').hidden = false;
for (const grip of list.querySelectorAll('.grip')) grip.hidden = false;
refresh();
