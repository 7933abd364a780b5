import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { getMetadataStorage } from 'class-validator';
import { AppError, type FieldError, nearestWord } from '#libs/errors';

/** class-validator on every DTO: unknown fields are refused, and every failing field is named with its path. */
export function createValidationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    // Its class knows the fields that there are. It goes no further than the sentences.
    validationError: { target: true },
    exceptionFactory: (errors) =>
      new AppError('invalid_request', 'Some fields of the request are not valid.', {
        validationErrors: errors.flatMap((error) => fieldErrors(error, '')),
      }),
  });
}

function fieldErrors(error: ValidationError, parent: string): FieldError[] {
  const path = parent ? `${parent}.${error.property}` : error.property;
  const own = messagesOf(error).map((message) => ({ path, message }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, path))];
}

function messagesOf({ constraints = {}, property, target, value }: ValidationError): string[] {
  if ('whitelistValidation' in constraints) return [unknownField(property, target)];
  const messages = Object.values(constraints);
  // What is absent is neither too short nor of the wrong type.
  return messages.length > 0 && value === undefined ? ['is required'] : messages;
}

function unknownField(name: string, target: object | undefined): string {
  const known = target ? fieldsOf(target) : [];
  const near = nearestWord(name, known);
  if (near) return `is not a known field; did you mean ${near}?`;
  return known.length > 0
    ? `is not a known field; the fields are ${known.join(', ')}`
    : 'is not a known field';
}

/** What the class of a DTO declares. */
function fieldsOf({ constructor }: object): string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(constructor, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}
