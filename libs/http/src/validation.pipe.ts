import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { AppError, type FieldError } from '#libs/errors';

/** class-validator on every DTO: unknown fields are refused, and every failing field is named with its path. */
export function createValidationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    exceptionFactory: (errors) =>
      new AppError('invalid_request', 'Some fields of the request are not valid.', {
        validationErrors: errors.flatMap((error) => fieldErrors(error, '')),
      }),
  });
}

function fieldErrors(error: ValidationError, parent: string): FieldError[] {
  const path = parent ? `${parent}.${error.property}` : error.property;
  const own = Object.values(error.constraints ?? {}).map((message) => ({ path, message }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, path))];
}
