import { type FormFields, text, texts } from '#libs/pages';
import { type ListItem, MAX_RECOMMENDED } from './recommendation-rules.js';

/** A list as the page's form carries it: not saved yet. */
export interface Draft {
  /** The state that the draft began with. */
  etag: string;
  items: Required<ListItem>[];
}

/** What a button of the form asks for: `save`, `up:0`, `add:owner/alias` … */
export interface Action {
  name: string;
  target: string;
}

/** Bounds what one form can make the server look up. */
const MOST_ROWS = MAX_RECOMMENDED * 2;

/** Reads the form. Browsers end lines in it with CR LF. */
export function readDraft(fields: FormFields): Draft {
  const notes = texts(fields.note);
  const items = texts(fields.endpoint)
    .slice(0, MOST_ROWS)
    .map((endpoint, index) => ({ endpoint, note: (notes[index] ?? '').replaceAll('\r\n', '\n') }));
  return { etag: text(fields.etag) ?? '', items };
}

export function readAction(fields: FormFields): Action {
  const action = text(fields.action) ?? 'search';
  const [name = ''] = action.split(':', 1);
  return { name, target: action.slice(name.length + 1) };
}

/** What a button does to a draft where no script does it in the browser. */
export function applyAction({ name, target }: Action, items: Draft['items']): Draft['items'] {
  if (name === 'add') {
    const isThere = items.some(({ endpoint }) => endpoint === target);
    return isThere ? items : [...items, { endpoint: target, note: '' }];
  }
  const index = Number(target);
  const item = items[index];
  if (!item) return items;
  const others = items.toSpliced(index, 1);
  if (name === 'remove') return others;
  if (name === 'up') return others.toSpliced(Math.max(index - 1, 0), 0, item);
  if (name === 'down') return others.toSpliced(index + 1, 0, item);
  return items;
}
