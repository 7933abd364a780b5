export interface RedisServer {
  /** `redis://…` */
  url: string;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export function startRedis(): Promise<RedisServer>;
