import { Decimal } from 'decimal.js';
import type { Price } from '#libs/catalog';

/** What a completed run used, in the units that a price may be in. */
export interface Usage {
  /** Time that the engine ran. */
  seconds: number;
  /** Files in the output; an output without files counts as one. */
  outputs: number;
  /** Pixels of all pictures in the output. */
  pixels: number;
}

export interface Charge {
  /** How many units were used, as an exact decimal. */
  quantity: string;
  /** USD, as an exact decimal with at least four places. */
  total: string;
}

const PIXELS_PER_MEGAPIXEL = 1_000_000;
const LEAST_DECIMALS = 4;

/** Price times quantity in exact decimals. Seconds count in whole milliseconds; nothing else is rounded. */
export function charge(price: Price, usage: Usage): Charge {
  const quantity = quantityOf(price.unit, usage);
  const total = quantity.times(price.amountUsd);
  return {
    quantity: quantity.toFixed(),
    total: total.toFixed(Math.max(LEAST_DECIMALS, total.decimalPlaces())),
  };
}

function quantityOf(unit: Price['unit'], usage: Usage): Decimal {
  switch (unit) {
    case 'request':
      return new Decimal(1);
    case 'second':
      return new Decimal(usage.seconds).toDecimalPlaces(3);
    case 'output':
      return new Decimal(Math.max(1, usage.outputs));
    case 'megapixel':
      return new Decimal(usage.pixels).dividedBy(PIXELS_PER_MEGAPIXEL);
  }
}
