import { fileTypeFromBuffer } from 'file-type/core';

/** How many first bytes {@link resolveContentType} wants to see: the sample size that file-type asks for. */
export const SNIFF_BYTES = 4_100;

const BINARY = 'application/octet-stream';
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/;
const TEXTUAL =
  /^(text\/.+|application\/(json|xml|yaml|toml|sql|javascript|x-(sh|yaml|ndjson)|[a-z0-9.-]+\+(json|xml)|ndjson|jsonl)|image\/svg\+xml)$/;
/** Containers that many formats share: a declared type with the same container says more than the sniffed one. */
const CONTAINERS: Record<string, RegExp> = {
  'application/zip': /^application\/(vnd\.|x-|epub|java-archive)|\+zip$/,
  'application/x-cfb': /^application\/(msword|vnd\.ms-)/,
  'application/gzip': /gzip|tgz/,
};

/** Tab, line feed, form feed, carriage return, escape. */
const TEXT_CONTROLS = new Set([9, 10, 12, 13, 27]);

/** Names of text types that file-type does not know, because they have no signature. */
const TEXT_EXTENSIONS: Record<string, string> = {
  'text/plain': 'txt',
  'text/html': 'html',
  'text/csv': 'csv',
  'text/markdown': 'md',
  'text/css': 'css',
  'text/javascript': 'js',
  'application/json': 'json',
  'application/xml': 'xml',
  'image/svg+xml': 'svg',
};

export interface ContentType {
  /** Lower case, without parameters. */
  contentType: string;
  /** Usual file name extension without the dot; undefined when the type has none that we know. */
  extension?: string;
}

/**
 * What the bytes are. A signature in the bytes wins over what was declared; a declared text type stays when the
 * bytes are text; what is neither is `application/octet-stream` unless its declared type has no signature to miss.
 *
 * @param head the first {@link SNIFF_BYTES} bytes or more
 * @param declared a `Content-Type` header or the like; anything malformed counts as not declared
 */
export async function resolveContentType(head: Uint8Array, declared?: string): Promise<ContentType> {
  const claim = mediaType(declared);
  const sniffed = await sniff(head);
  if (sniffed) return fromSignature(sniffed, claim, head);
  if (isText(head, claim)) return named(textType(head, claim));
  return named(claim && !hasSignature(claim) ? claim : BINARY);
}

/** `Image/PNG; q=1` → `image/png`; undefined for what is no media type (RFC 9110 §8.3.1). */
export function mediaType(header?: string): string | undefined {
  const type = header?.split(';', 1)[0]?.trim().toLowerCase();
  return type && type.length <= 127 && MEDIA_TYPE.test(type) ? type : undefined;
}

/** @param pattern a media type, or a range such as `image/*`, or several with commas */
export function matchesMediaRange(contentType: string, pattern: string): boolean {
  return pattern.split(',').some((entry) => {
    const range = entry.trim().toLowerCase();
    if (range === '*/*' || range === '*') return true;
    return range.endsWith('/*') ? contentType.startsWith(range.slice(0, -1)) : range === contentType;
  });
}

async function sniff(head: Uint8Array): Promise<{ mime: string; ext: string } | undefined> {
  // A format that wants more than the head ends in an error; then the rest of the rules decide.
  return fileTypeFromBuffer(head).catch(() => undefined);
}

function fromSignature(
  sniffed: { mime: string; ext: string },
  claim: string | undefined,
  head: Uint8Array,
): ContentType {
  const mime = sniffed.mime.split(';', 1)[0] ?? sniffed.mime;
  if (mime === 'application/xml') return named(textType(head, claim));
  if (claim && CONTAINERS[mime]?.test(claim)) return named(claim);
  return { contentType: mime, extension: sniffed.ext };
}

/** Types that file-type recognises when they are what they claim: their absence proves the claim wrong. */
function hasSignature(type: string): boolean {
  return (
    /^(image|audio|video|font)\//.test(type) ||
    TEXTUAL.test(type) ||
    /^application\/(pdf|zip|gzip)$/.test(type)
  );
}

/** UTF-8 without control characters; or any 8-bit text when a text type was declared. */
function isText(head: Uint8Array, claim: string | undefined): boolean {
  if (head.some((byte) => byte < 32 && !TEXT_CONTROLS.has(byte))) return false;
  return (claim !== undefined && TEXTUAL.test(claim)) || isUtf8(head);
}

function isUtf8(head: Uint8Array): boolean {
  try {
    // `stream` tolerates a character that the end of the head cuts in two.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** What could run as a page must be called so, whatever the caller calls it. */
function textType(head: Uint8Array, claim: string | undefined): string {
  const start = new TextDecoder()
    .decode(head.subarray(0, 1_024))
    .replace(/^\uFEFF/, '')
    .trimStart()
    .toLowerCase();
  if (/^(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*(<!doctype svg[^>]*>\s*)?<svg[\s>]/.test(start))
    return 'image/svg+xml';
  if (/^(<!--[\s\S]*?-->\s*)*(<!doctype html|<html|<head|<body|<script|<iframe)/.test(start))
    return 'text/html';
  if (claim && TEXTUAL.test(claim) && claim !== 'image/svg+xml') return claim;
  return start.startsWith('<?xml') ? 'application/xml' : 'text/plain';
}

function named(contentType: string): ContentType {
  return { contentType, extension: TEXT_EXTENSIONS[contentType] };
}
