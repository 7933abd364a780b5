/** Entries that stand in lists, curated lists and search. */
export const LISTED = `e.visibility = 'public' AND e.status = 'published'`;

/** A model stands for itself; a wrapper shows the price and the outputs of its default base model. */
export const WITH_MODEL = `
  LEFT JOIN wrappers w ON w.id = e.id
  JOIN models m ON m.id = coalesce(w.default_base_model_id, e.id)`;

export const SUMMARY = `json_build_object(
  'kind', e.kind, 'endpoint', e.owner || '/' || e.alias, 'name', e.name, 'category', e.category, 'task', e.task,
  'summary', e.summary, 'thumbnailUrl', e.thumbnail_url,
  'priceUnit', m.price_unit, 'priceAmount', m.price_amount::text)`;
