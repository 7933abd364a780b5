export { generateSecret, hashSecret } from './secrets.js';
