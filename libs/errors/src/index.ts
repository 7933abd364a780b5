export { AppError, isDiskFull, toAppError, type ErrorDetails, type FieldError } from './app-error.js';
export { ERROR_CATALOGUE, HTTP_STATUS, type ErrorCode } from './error-catalogue.js';
export { editDistance, nearestWord } from './nearest-word.js';
