/* The worker as apps/worker composes it, with its health routes where the benchmarks look for them. */
process.env.WORKER_HEALTH_PORT = process.env.PORT;
await import('../../dist/apps/worker/src/main.js');
