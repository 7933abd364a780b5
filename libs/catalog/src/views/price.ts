import { Decimal } from 'decimal.js';
import type { Price, PriceUnit } from '../catalog.types.js';
import type { PriceColumns } from '../catalog.repository.js';

/** Decimals that a price shows at least, so that `0.0040` reads as money of that size. */
const LEAST_DECIMALS = 4;

const UNIT_WORDS: Readonly<Record<PriceUnit, string>> = {
  request: 'request',
  second: 'second of run time',
  output: 'output',
  megapixel: 'megapixel of output',
};

/** `"0.004000"` → `"0.0040"`. */
export function formatAmount(amount: string): string {
  const value = new Decimal(amount);
  return value.toFixed(Math.max(LEAST_DECIMALS, value.decimalPlaces()));
}

export const toPrice = ({ priceUnit, priceAmount }: PriceColumns): Price => ({
  unit: priceUnit,
  amountUsd: formatAmount(priceAmount),
});

/** One line for a person: `free`, or `$0.0040 per request`. */
export function priceText({ unit, amountUsd }: Price): string {
  return new Decimal(amountUsd).isZero() ? 'free' : `$${amountUsd} per ${UNIT_WORDS[unit]}`;
}
