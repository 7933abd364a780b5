import { Slots } from './slots.js';

describe('Slots', () => {
  it('runs so many at once and the rest in turn, and refuses the one too many', async () => {
    const slots = new Slots(2, 2);
    const started: number[] = [];
    const finish: (() => void)[] = [];
    const work = (name: number) =>
      slots.run(() => {
        started.push(name);
        return new Promise<number>((resolve) => (finish[name] = () => resolve(name)));
      });
    const all = [0, 1, 2, 3].map(work);
    await expect(work(4)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(started).toEqual([0, 1]);
    finish[1]?.();
    await all[1];
    expect(started).toEqual([0, 1, 2]);
    finish[0]?.();
    await all[0];
    expect(started).toEqual([0, 1, 2, 3]);
    finish[2]?.();
    finish[3]?.();
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3]);
  });

  it('gives the slot of a failure on', async () => {
    const slots = new Slots(1, 1);
    const failing = slots.run(() => Promise.reject(new Error('no')));
    const next = slots.run(() => Promise.resolve('yes'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });
});
