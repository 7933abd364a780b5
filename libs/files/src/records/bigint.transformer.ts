import type { ValueTransformer } from 'typeorm';

/** `bigint` columns as numbers: byte counts here stay far below 2^53. The driver itself gives strings. */
export const bigintAsNumber: ValueTransformer = {
  to: (value: number | null | undefined) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};
