/** What a channel tells whoever opened it. */
export interface ChannelListener {
  onMessage(message: string): void;
  /** It hears again after it did not: what was sent in between never comes. */
  onReturn(): void;
}

/**
 * One line between all processes of an installation: what one sends, all hear, the sender too. A message may be
 * lost, and a store that is away is waited for without end, in the background.
 */
export interface EventChannel {
  /** True while messages of other processes arrive. */
  readonly isOpen: boolean;

  /** Resolves when messages arrive, or after a few seconds if the store is not there yet. Never rejects. */
  open(listener: ChannelListener): Promise<void>;

  /**
   * @param message at most {@link MOST_MESSAGE_BYTES} bytes of UTF-8
   * @throws when it could not be sent; it is not sent later
   */
  send(message: string): Promise<void>;

  close(): Promise<void>;
}

/** PostgreSQL takes less than 8,000 bytes; the same for every store, so that none is a surprise. */
export const MOST_MESSAGE_BYTES = 7_900;

/** How long a start waits for the store; it goes on without it. */
export const OPEN_LIMIT_MS = 5_000;

/** How often a silent connection is asked whether it is alive, and how long it has for the answer. */
export const PING_EVERY_MS = 10_000;
export const ANSWER_LIMIT_MS = 5_000;
