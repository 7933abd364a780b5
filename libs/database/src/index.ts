export { batchedReads } from './batched-reads.js';
export { containing } from './containing.js';
export { DatabaseModule } from './database.module.js';
export { PreparedQueries } from './prepared-queries.js';
export { Transactions } from './transactions.js';
