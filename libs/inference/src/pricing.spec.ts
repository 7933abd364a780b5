import { charge } from './pricing.js';

const usage = { seconds: 3.2174999, outputs: 3, pixels: 1024 * 1024 };

describe('charge', () => {
  it.each([
    ['request', '0.0040', '1', '0.0040'],
    ['second', '0.0005', '3.217', '0.0016085'],
    ['output', '0.1', '3', '0.3000'],
    ['megapixel', '0.002', '1.048576', '0.002097152'],
    ['output', '0', '3', '0.0000'],
  ] as const)('per %s at %s: %s units cost %s', (unit, amountUsd, quantity, total) => {
    expect(charge({ unit, amountUsd }, usage)).toEqual({ quantity, total });
  });

  it('is exact where binary fractions are not', () => {
    expect(charge({ unit: 'output', amountUsd: '0.1' }, { ...usage, outputs: 3 }).total).not.toBe(
      String(0.1 * 3),
    );
    const large = charge({ unit: 'output', amountUsd: '1234567.000000001' }, { ...usage, outputs: 1000 });
    expect(large.total).toBe('1234567000.000001');
  });

  it('never writes an exponent', () => {
    expect(charge({ unit: 'second', amountUsd: '0.0000001' }, { ...usage, seconds: 0.001 })).toEqual({
      quantity: '0.001',
      total: '0.0000000001',
    });
  });

  it('charges one output for a run whose output has no file', () => {
    expect(charge({ unit: 'output', amountUsd: '0.5' }, { ...usage, outputs: 0 }).quantity).toBe('1');
  });
});
