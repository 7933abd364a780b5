import type { RequestView } from './request-view.js';

/** Every text in an output that is a URL. */
export function urlsIn(value: unknown): string[] {
  if (typeof value === 'string') return /^https?:\/\//.test(value) ? [value] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(urlsIn);
}

/** The view with null for each file that is gone, and a sentence about it instead of links that lead nowhere. */
export function withoutGone(view: RequestView, gone: ReadonlySet<string>): RequestView {
  const missing = new Set(urlsIn(view.output).filter((url) => gone.has(url))).size;
  if (!view.output || missing === 0) return view;
  const output = blanked(view.output, gone) as Record<string, unknown>;
  const note =
    missing === 1
      ? 'A file of this output is gone (null): it has expired or was deleted. Run the request again for a new one.'
      : `${missing} files of this output are gone (null): they have expired or were deleted. Run the request again for new ones.`;
  return { ...view, output, note };
}

function blanked(value: unknown, gone: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return gone.has(value) ? null : value;
  if (Array.isArray(value)) return value.map((item: unknown) => blanked(item, gone));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, blanked(inner, gone)]));
}
