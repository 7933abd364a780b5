import { Injectable, type PipeTransform } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { AppError } from '#libs/errors';

/** A row's id in a path. What is no UUID names nothing, like an id that nobody has: 404. */
@Injectable()
export class RowIdPipe implements PipeTransform<string, string> {
  /** @throws AppError `not_found` */
  transform(value: string): string {
    if (isUUID(value)) return value;
    throw new AppError('not_found');
  }
}
