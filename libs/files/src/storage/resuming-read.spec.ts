import { setTimeout as sleep } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { rejection } from '../files.spec-support.js';
import { openResuming, type Piece } from './resuming-read.js';
import type { ByteRange } from './storage.port.js';

const BYTES = Buffer.from('0123456789');

/** What one connection does once it has sent so many bytes. */
interface Connection {
  sends: number;
  then: 'ends' | 'breaks' | 'stalls';
}

/** A storage across a network of which each connection is bad in its own way; after those come good ones. */
class BadNetwork {
  readonly asked: (ByteRange | undefined)[] = [];
  readonly opened: Readable[] = [];

  constructor(private readonly connections: Connection[]) {}

  readonly read = async (range?: ByteRange): Promise<Piece> => {
    const { sends, then } = this.connections[this.asked.length] ?? { sends: BYTES.length, then: 'ends' };
    this.asked.push(range);
    const wanted = BYTES.subarray(range?.start ?? 0, (range?.end ?? BYTES.length - 1) + 1);
    const chunks = [...wanted.subarray(0, sends)].map((byte) => Buffer.from([byte]));
    const stream = new Readable({
      read() {
        const chunk = chunks.shift();
        if (chunk) this.push(chunk);
        else if (then === 'ends') this.push(null);
        else if (then === 'breaks') this.destroy(new Error('ECONNRESET'));
      },
    });
    this.opened.push(stream);
    return { stream, size: wanted.length };
  };

  get openNow(): number {
    return this.opened.filter(({ destroyed }) => !destroyed).length;
  }
}

const textOf = async (stream: Readable) => Buffer.concat(await stream.toArray()).toString();

describe('openResuming', () => {
  afterEach(() => void jest.useRealTimers());

  it('goes on where a connection broke or ended early, also within a range', async () => {
    const network = new BadNetwork([
      { sends: 3, then: 'breaks' },
      { sends: 2, then: 'ends' },
    ]);
    expect(await textOf(await openResuming(network.read))).toBe('0123456789');
    expect(network.asked).toEqual([undefined, { start: 3, end: 9 }, { start: 5, end: 9 }]);
    const inRange = new BadNetwork([{ sends: 2, then: 'breaks' }]);
    expect(await textOf(await openResuming(inRange.read, { start: 4, end: 7 }))).toBe('4567');
    expect(inRange.asked).toEqual([
      { start: 4, end: 7 },
      { start: 6, end: 7 },
    ]);
  });

  it('gives up after five connections in a row that bring nothing', async () => {
    const nothing = { sends: 0, then: 'breaks' } as const;
    const four = [nothing, nothing, nothing, nothing];
    const patient = new BadNetwork([...four, { sends: 1, then: 'breaks' }, ...four]);
    expect(await textOf(await openResuming(patient.read))).toBe('0123456789');
    const dead = new BadNetwork([...four, nothing]);
    const stream = await openResuming(dead.read);
    expect(await rejection(textOf(stream))).toMatchObject({ code: 'unavailable' });
    expect(dead.asked).toHaveLength(5);
    expect(dead.openNow).toBe(0);
  });

  it('takes another connection when one is silent for half a minute', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
    const network = new BadNetwork([{ sends: 4, then: 'stalls' }]);
    const text = textOf(await openResuming(network.read));
    await jest.advanceTimersByTimeAsync(29_000);
    expect(network.asked).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await text).toBe('0123456789');
    expect(network.asked).toHaveLength(2);
    expect(network.openNow).toBe(0);
  });

  it('lets go of the connection of a reader that leaves before it read anything', async () => {
    const network = new BadNetwork([]);
    (await openResuming(network.read)).destroy();
    await sleep(20);
    expect(network.openNow).toBe(0);
  });

  it('lets go at once of a connection that is silent when its reader leaves, and takes no other', async () => {
    const network = new BadNetwork([{ sends: 4, then: 'stalls' }]);
    const stream = await openResuming(network.read);
    stream.resume();
    await sleep(20);
    stream.destroy();
    await sleep(20);
    expect([network.openNow, stream.closed, network.asked.length]).toEqual([0, true, 1]);
  });

  it('lets go of a connection that comes after its reader has left', async () => {
    const network = new BadNetwork([
      { sends: 4, then: 'breaks' },
      { sends: 0, then: 'stalls' },
    ]);
    const late = async (range?: ByteRange) => {
      if (range) await sleep(40);
      return network.read(range);
    };
    const stream = await openResuming(late);
    stream.resume();
    await sleep(20);
    stream.destroy();
    await sleep(60);
    expect([network.openNow, stream.closed, network.asked.length]).toEqual([0, true, 2]);
  });
});
