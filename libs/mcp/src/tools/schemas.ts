import type { ObjectSchema, PropertySchema } from './tool.js';

/** Pieces that several tools publish. They are terse on purpose: all tools together have a token budget. */
export const text: PropertySchema = { type: 'string' };
export const endpoint: PropertySchema = { type: 'string', description: 'owner/alias' };
export const page: PropertySchema = { type: 'integer', minimum: 1, default: 1 };
export const limit: PropertySchema = { type: 'integer', minimum: 1, maximum: 100, default: 20 };
export type Shelf = 'image' | 'video' | 'utility';
export const shelf: PropertySchema = { type: 'string', enum: ['image', 'video', 'utility'] };
export const filter: PropertySchema = { type: 'string', description: 'image, video, utility or a task' };

const list: PropertySchema = { type: 'array' };

/** `{items, page, limit, total, hasMore}`. */
export const pageOutput: ObjectSchema = {
  type: 'object',
  properties: { items: list, hasMore: { type: 'boolean' } },
  required: ['items'],
};

/** `{category, items}`. */
export const shelfOutput: ObjectSchema = { type: 'object', properties: { items: list }, required: ['items'] };

/** A model or wrapper with its inputs. */
export const viewOutput: ObjectSchema = {
  type: 'object',
  properties: { endpoint: text, inputs: list },
  required: ['endpoint', 'inputs'],
};

/** A request in any state. */
export const requestOutput: ObjectSchema = {
  type: 'object',
  properties: { requestId: text, status: text, output: { type: 'object' }, error: { type: 'object' } },
  required: ['requestId', 'status'],
};
