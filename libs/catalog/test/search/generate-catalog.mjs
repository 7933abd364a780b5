import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const vocabulary = JSON.parse(readFileSync(join(import.meta.dirname, 'vocabulary.json'), 'utf8'));

/** A small generator of numbers from 0 to 1, the same on every machine (mulberry32). */
export function seededRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const slug = (text) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** A catalogue of that many entries, every fourth a wrapper; the first ones are the same whatever the count. */
export function generateCatalog(count) {
  const next = seededRandom(20_260_101);
  const pick = (values) => values[Math.floor(next() * values.length)];
  const taken = new Set();
  return Array.from({ length: count }, (_, index) => {
    const { task, category, nouns, summaries, descriptions, qualities } = pick(vocabulary.tasks);
    const quality = pick(qualities);
    const fill = (text) => text.replaceAll('{q}', quality === 'general' ? 'all kinds of' : quality);
    const kind = index % 4 === 3 ? 'wrapper' : 'model';
    const noun = `${pick(nouns)}${kind === 'wrapper' ? ` ${pick(vocabulary.wrapperNouns)}` : ''}`;
    const name = `${pick(vocabulary.families)} ${noun} ${pick(vocabulary.versions)}`.trim();
    const owner = pick(vocabulary.owners);
    const summary = fill(pick(summaries));
    const description = [fill(pick(descriptions)), pick(vocabulary.tails), pick(vocabulary.tails)].join(' ');
    const plain = slug(name);
    const alias = taken.has(`${owner}/${plain}`) ? `${plain}-${index}` : plain;
    taken.add(`${owner}/${alias}`);
    // What an entry says of its quality is what can be found.
    const says = `${name} ${summary} ${description}`.includes(quality) ? quality : null;
    return { kind, owner, alias, name, category, task, summary, description, quality: says };
  });
}

/** Writes generated entries as an import does, in one transaction of a `pg` client; the ones with these indexes. */
export async function insertCatalog(client, entries) {
  await client.query('BEGIN');
  await client.query(
    `WITH given AS (SELECT * FROM json_to_recordset($1) AS e (kind text, owner text, alias text, name text, category text,
       task text, summary text, description text)), entry AS (
       INSERT INTO catalog_entries (kind, owner, alias, name, category, task, summary, description, input_schema, examples,
         visibility, status)
       SELECT kind, owner, alias, name, category, task, summary, description,
         '{"type": "object", "properties": {"image": {"type": "string", "format": "uri"}}}', '[]', 'public', 'published'
       FROM given RETURNING id, kind, number
     ), model AS (
       INSERT INTO models (id, output_schema, price_unit, price_amount, typical_seconds, engine, engine_settings)
       SELECT id, '{"type": "object"}', 'request', '0.0040', 2, 'generated', '{}' FROM entry WHERE kind = 'model'
     )
     SELECT 1`,
    [JSON.stringify(entries)],
  );
  await client.query(
    `INSERT INTO wrappers (id, prompt_template, template_context, default_base_model_id)
     SELECT e.id, '', '{}', (SELECT id FROM models LIMIT 1) FROM catalog_entries e
     WHERE e.kind = 'wrapper' AND NOT EXISTS (SELECT 1 FROM wrappers w WHERE w.id = e.id)`,
  );
  await client.query('COMMIT');
}
